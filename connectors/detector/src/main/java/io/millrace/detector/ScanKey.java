package io.millrace.detector;

/**
 * Names a scan inside a job: {@code generation << 32 | number}. Detectors begin to number anew, so
 * the number alone does not name it; the generation says how often that has happened in the
 * session, 0 before the first time and where nobody keeps count.
 *
 * <p>Of two scans of a session the one that began later has the larger key, which is why a key can
 * stand for an instant of event time. Without a generation a key is the detector's number.
 *
 * <p>People and files get the number; only where two scans with one number would be confused do
 * they get the {@linkplain #name name}.
 */
public final class ScanKey {
  private static final int NUMBER_BITS = 32;
  private static final long NUMBERS = 0xffff_ffffL;

  private ScanKey() {}

  /**
   * The key of a scan.
   *
   * @param generation from 0
   * @param number the detector's, 0 to 2^32 - 1
   */
  public static long of(int generation, long number) {
    if (generation < 0 || number < 0 || number > NUMBERS) {
      throw new IllegalArgumentException(
          "there is no scan %d of generation %d".formatted(number, generation));
    }
    return (long) generation << NUMBER_BITS | number;
  }

  /** The detector's number. */
  public static long number(long key) {
    return key & NUMBERS;
  }

  /** How often the detector had begun to number anew. */
  public static int generation(long key) {
    return (int) (key >>> NUMBER_BITS);
  }

  /** The number, and behind it the generation if that is not 0: {@code 7}, {@code 7_g1}. */
  public static String name(long key) {
    return number(key) + suffix(key);
  }

  /** What tells the scan from others of its number in names: {@code _g1}, nothing if 0. */
  public static String suffix(long key) {
    return generation(key) == 0 ? "" : "_g" + generation(key);
  }
}
