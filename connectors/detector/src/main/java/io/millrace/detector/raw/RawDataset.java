package io.millrace.detector.raw;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawProblem.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * The raw files of one scan.
 *
 * <p>Opening it reads the header of every record once, so that before the first sector leaves it is
 * known how many will, which size the scan has (the one that most records give), and what is wrong.
 * What is whole is used: bad records and files are named, counted and left out.
 *
 * <p>The scan of a file is what its name says, or else its first record.
 */
public final class RawDataset {
  /** Bad records of one kind in one file: how many, and the first. */
  private static final class Tally {
    final long firstRecord;
    long count;

    Tally(long firstRecord) {
      this.firstRecord = firstRecord;
    }
  }

  /** What the headers of one file say. */
  private static final class Contents {
    final Map<ScanGeometry, Tally> sizes = new LinkedHashMap<>();
    final Map<DropReason, Tally> bad = new EnumMap<>(DropReason.class);
    String digest;
  }

  private final RawVersion version;
  private final DetectorDescription detector;
  private final Map<Integer, List<Path>> files = new TreeMap<>();
  private final Map<Integer, Long> sectors = new TreeMap<>();
  private final List<RawProblem> problems;
  private final Drops drops = new Drops();
  private final long scan;
  private final Set<Integer> wanted;
  private ScanGeometry geometry;

  private RawDataset(
      RawVersion version,
      DetectorDescription detector,
      long scan,
      Set<Integer> wanted,
      List<RawProblem> problems) {
    this.version = version;
    this.detector = detector;
    this.scan = scan;
    this.wanted = wanted;
    this.problems = new ArrayList<>(problems);
  }

  /**
   * Looks through the raw files of directories.
   *
   * @param directories where the files lie; directories in them are not looked into
   * @param modules whose files are wanted
   * @param chosen the scan that is wanted; may be left out if there is only one
   * @throws IOException if a directory cannot be listed or holds no raw file, if there are several
   *     scans and none is chosen, or if a wanted module has no sector; says what to do
   * @throws IllegalArgumentException if the version does not fit the detector
   */
  public static RawDataset open(
      List<Path> directories,
      RawVersion version,
      DetectorDescription detector,
      Set<Integer> modules,
      OptionalLong chosen)
      throws IOException {
    RawScans all = RawScans.in(directories, version, detector, modules);
    RawDataset dataset =
        new RawDataset(version, detector, all.choose(chosen), modules, all.problems());
    dataset.look(all.files(dataset.scan));
    for (int module : modules) {
      if (!dataset.files.containsKey(module)) {
        throw new IOException(
            "module %d has no usable record of scan %d%s; ask for the other modules, or find its files"
                .formatted(
                    module,
                    dataset.scan,
                    dataset.problems.isEmpty()
                        ? ""
                        : " (" + RawProblem.inWords(dataset.problems) + ")"));
      }
    }
    return dataset;
  }

  /**
   * Looks through the files of one scan, of which not all modules need have any.
   *
   * @throws IOException if there is no usable record
   */
  static RawDataset of(
      long scan,
      List<Path> files,
      RawVersion version,
      DetectorDescription detector,
      Set<Integer> modules)
      throws IOException {
    RawDataset dataset = new RawDataset(version, detector, scan, modules, List.of());
    dataset.look(files);
    if (dataset.files.isEmpty()) {
      throw new IOException(
          "scan %d has no usable record: %s".formatted(scan, RawProblem.inWords(dataset.problems)));
    }
    return dataset;
  }

  /** The scan's number. */
  public long scan() {
    return scan;
  }

  /** The scan's size. */
  public ScanGeometry geometry() {
    return geometry;
  }

  /** The modules that have usable records. */
  public Set<Integer> modules() {
    return Collections.unmodifiableSet(files.keySet());
  }

  /** Files to read a module's sectors from, by name. */
  public List<Path> files(int module) {
    return files.get(module);
  }

  /** Good records of a module. */
  public long sectors(int module) {
    return sectors.get(module);
  }

  /** All that is wrong, in the order of the files. */
  public List<RawProblem> problems() {
    return problems;
  }

  /** Bad records of all files, by reason. */
  public Drops drops() {
    return drops;
  }

  /** Opens one of the {@link #files}. */
  public RawFileReader read(Path file, int module) throws IOException {
    return new RawFileReader(file, version, detector, module);
  }

  /** Why a record is not used, or null if it is. */
  public DropReason problem(SectorHeader header) {
    DropReason reason = problemOfItsOwn(header);
    if (reason == null
        && (header.width != geometry.width() || header.height != geometry.height())) {
      return DropReason.INCONSISTENT_SCAN_SIZE;
    }
    return reason;
  }

  private DropReason problemOfItsOwn(SectorHeader header) {
    return header.scan == scan ? header.problem(detector) : DropReason.FOREIGN_SCAN;
  }

  /** Reads all headers, then decides on the scan's size and what does not fit it. */
  private void look(List<Path> candidates) {
    Map<Path, Contents> whole = new LinkedHashMap<>();
    Map<String, Path> known = new HashMap<>();
    for (Path file : candidates) {
      try (RawFileReader reader = read(file, 0)) {
        Contents contents = contents(reader);
        if (reader.records() == 0) {
          problems.add(RawProblem.noRecord(reader, version));
          continue;
        }
        String module =
            version == RawVersion.FRAMES ? "" : RawFileName.of(file).module().toString();
        Path twin = known.putIfAbsent(module + contents.digest, file);
        if (twin != null) {
          problem(
              Kind.DUPLICATE_FILE,
              file,
              reader.records(),
              "holds the same records as %s, so it is left out; remove one of them"
                  .formatted(twin));
          continue;
        }
        if (reader.truncatedBytes() > 0) {
          truncated(reader);
        }
        whole.put(file, contents);
      } catch (IOException e) {
        problems.add(RawProblem.unreadable(file, e));
      }
    }
    geometry = mostFrequentSize(whole.values());
    whole.forEach(this::nameBadRecords);
    for (int module : wanted) {
      List<Path> own =
          version == RawVersion.FRAMES
              ? List.copyOf(whole.keySet())
              : whole.keySet().stream()
                  .filter(f -> RawFileName.of(f).module().getAsInt() == module)
                  .toList();
      long good =
          own.stream()
              .map(f -> whole.get(f).sizes.get(geometry))
              .mapToLong(t -> t == null ? 0 : t.count)
              .sum();
      if (good > 0) {
        files.put(module, own);
        sectors.put(module, good);
      }
    }
  }

  private Contents contents(RawFileReader reader) throws IOException {
    Contents contents = new Contents();
    MessageDigest digest = sha256();
    ByteBuffer bytes = ByteBuffer.allocate(6 * Long.BYTES);
    SectorHeader h = new SectorHeader();
    while (reader.next(h)) {
      bytes.clear().putLong(h.scan).putLong(h.frame);
      bytes.putInt(h.width).putInt(h.height).putInt(h.x).putInt(h.y);
      digest.update(bytes.flip());
      DropReason reason = problemOfItsOwn(h);
      Tally tally =
          reason != null
              ? contents.bad.computeIfAbsent(reason, r -> new Tally(reader.record()))
              : contents.sizes.computeIfAbsent(
                  new ScanGeometry(h.width, h.height), s -> new Tally(reader.record()));
      tally.count++;
    }
    contents.digest = HexFormat.of().formatHex(digest.digest());
    return contents;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Of sizes that are equally frequent, the first. */
  private static ScanGeometry mostFrequentSize(Iterable<Contents> all) {
    Map<ScanGeometry, Long> counts = new LinkedHashMap<>();
    all.forEach(c -> c.sizes.forEach((size, t) -> counts.merge(size, t.count, Long::sum)));
    ScanGeometry best = null;
    for (Map.Entry<ScanGeometry, Long> e : counts.entrySet()) {
      if (best == null || e.getValue() > counts.get(best)) {
        best = e.getKey();
      }
    }
    return best;
  }

  private void nameBadRecords(Path file, Contents contents) {
    contents.bad.forEach(
        (reason, t) -> bad(file, reason, t, "they are not used; check what wrote the file"));
    contents.sizes.forEach(
        (size, t) -> {
          if (!size.equals(geometry)) {
            bad(
                file,
                DropReason.INCONSISTENT_SCAN_SIZE,
                t,
                "they say %d x %d, most records %d x %d; move files of another scan elsewhere"
                    .formatted(size.width(), size.height(), geometry.width(), geometry.height()));
          }
        });
  }

  private void bad(Path file, DropReason reason, Tally t, String toDo) {
    drops.add(reason, t.count);
    problem(
        Kind.BAD_RECORDS,
        file,
        t.count,
        "%d records, the first is number %d, have %s; %s"
            .formatted(t.count, t.firstRecord, reason.description(), toDo));
  }

  private void truncated(RawFileReader reader) {
    problem(
        Kind.TRUNCATED_RECORD,
        reader.file(),
        1,
        "ends within record %d, after %d of its bytes; the %d records before it are used (if they look wrong, check the version)"
            .formatted(reader.records(), reader.truncatedBytes(), reader.records()));
  }

  private void problem(Kind kind, Path file, long count, String message) {
    problems.add(new RawProblem(kind, file, count, message));
  }
}
