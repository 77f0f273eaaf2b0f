package io.millrace.detector.raw;

import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a raw file's name says, such as {@code data_scan0000004653_module2_001.data}. Only the name
 * itself counts, not the directories above it.
 *
 * @param scan the digits after the last {@code scan}, if it has any
 * @param module the digits after the last {@code module}, if it has any
 */
public record RawFileName(OptionalLong scan, OptionalInt module) {
  /** How the name of a raw file ends. */
  public static final String ENDING = ".data";

  // The lookahead leaves the last of several; more than 10 digits are no number of ours.
  private static final Pattern SCAN = Pattern.compile("scan(?!.*scan)(\\d{1,10})(?!\\d)");
  private static final Pattern MODULE = Pattern.compile("module(?!.*module)(\\d{1,9})(?!\\d)");

  /** Reads the name of a file. */
  public static RawFileName of(Path file) {
    String name = file.getFileName().toString();
    Matcher scan = SCAN.matcher(name);
    Matcher module = MODULE.matcher(name);
    return new RawFileName(
        scan.find() ? OptionalLong.of(Long.parseLong(scan.group(1))) : OptionalLong.empty(),
        module.find() ? OptionalInt.of(Integer.parseInt(module.group(1))) : OptionalInt.empty());
  }

  /**
   * Composes a name.
   *
   * @param part tells apart the files of one module and scan
   */
  public static String compose(long scan, int module, int part) {
    return compose(scan, module, part, 1);
  }

  /**
   * Composes a name, if the first ones are taken.
   *
   * @param attempt the how manyth name, from 1
   */
  static String compose(long scan, int module, int part, int attempt) {
    return "data_scan%010d_module%d_%03d%s%s"
        .formatted(scan, module, part, attempt == 1 ? "" : "-" + attempt, ENDING);
  }
}
