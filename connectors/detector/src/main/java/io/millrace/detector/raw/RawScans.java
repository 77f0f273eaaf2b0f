package io.millrace.detector.raw;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawProblem.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The scans whose raw files lie in directories. Only the names are looked at, and of files whose
 * name does not tell the scan the first record: {@link #open} looks through a scan's files.
 */
public final class RawScans {
  private final RawVersion version;
  private final DetectorDescription detector;
  private final Set<Integer> wanted;
  private final SortedMap<Long, List<Path>> files = new TreeMap<>();
  private final List<RawProblem> problems = new ArrayList<>();

  private RawScans(RawVersion version, DetectorDescription detector, Set<Integer> wanted) {
    this.version = version;
    this.detector = detector;
    this.wanted = wanted;
  }

  /**
   * Looks which scans there are.
   *
   * @param directories where the files lie; directories in them are not looked into
   * @param modules whose files are wanted
   * @throws IOException if a directory cannot be listed or holds no raw file; says what to do
   * @throws IllegalArgumentException if the version does not fit the detector
   */
  public static RawScans in(
      List<Path> directories,
      RawVersion version,
      DetectorDescription detector,
      Set<Integer> modules)
      throws IOException {
    version.requireFits(detector);
    RawScans scans = new RawScans(version, detector, modules);
    for (Path file : scans.list(directories)) {
      scans
          .scanOf(file)
          .ifPresent(n -> scans.files.computeIfAbsent(n, s -> new ArrayList<>()).add(file));
    }
    return scans;
  }

  /** Their numbers, the lowest first. */
  public SortedSet<Long> numbers() {
    return Collections.unmodifiableSortedSet((SortedSet<Long>) files.keySet());
  }

  /** The wanted modules that have files of any of the scans. */
  public SortedSet<Integer> modules() {
    if (version == RawVersion.FRAMES) {
      return new TreeSet<>(files.isEmpty() ? Set.of() : wanted);
    }
    return files.values().stream()
        .flatMap(List::stream)
        .map(f -> RawFileName.of(f).module().getAsInt())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What is wrong with files that therefore belong to none of the scans. */
  public List<RawProblem> problems() {
    return Collections.unmodifiableList(problems);
  }

  /**
   * Looks through the files of one of the scans. Its modules are those that have usable records.
   *
   * @throws IOException if there is no usable record; says what is wrong with the files
   */
  public RawDataset open(long scan) throws IOException {
    return RawDataset.of(scan, files(scan), version, detector, wanted);
  }

  /** The files of a scan, by name. */
  List<Path> files(long scan) {
    return files.get(scan);
  }

  /**
   * The scan that is wanted.
   *
   * @param chosen may be left out if there is only one
   */
  long choose(OptionalLong chosen) throws IOException {
    if (chosen.isEmpty() && files.size() > 1) {
      throw new IOException(
          "there are files of several scans, %s; choose one of them".formatted(files.keySet()));
    }
    if (files.isEmpty() || (chosen.isPresent() && !files.containsKey(chosen.getAsLong()))) {
      throw new IOException(
          "there is no usable file%s%s%s"
              .formatted(
                  chosen.isPresent() ? " of scan " + chosen.getAsLong() : "",
                  files.isEmpty() ? "" : ", only of " + files.keySet(),
                  problems.isEmpty() ? "" : "; " + RawProblem.inWords(problems)));
    }
    return chosen.orElseGet(files::firstKey);
  }

  /** The raw files that may hold sectors of the wanted modules. */
  private List<Path> list(List<Path> directories) throws IOException {
    List<Path> all = new ArrayList<>();
    for (Path directory : directories) {
      try (Stream<Path> entries = Files.list(directory)) {
        entries
            .filter(f -> f.getFileName().toString().endsWith(RawFileName.ENDING))
            .sorted()
            .forEach(all::add);
      } catch (IOException e) {
        throw new IOException(
            "the directory %s cannot be listed (%s); give one with raw files"
                .formatted(directory, e.getClass().getSimpleName()),
            e);
      }
    }
    if (all.isEmpty()) {
      throw new IOException(
          "no file in %s ends with %s; give a directory with raw files (packed ones have to be unpacked)"
              .formatted(directories, RawFileName.ENDING));
    }
    return version == RawVersion.FRAMES ? all : all.stream().filter(this::isWanted).toList();
  }

  private boolean isWanted(Path file) {
    OptionalInt module = RawFileName.of(file).module();
    if (module.isEmpty()) {
      problem(
          Kind.NO_MODULE,
          file,
          "the name does not tell the module, so the file is left out; call it something like "
              + RawFileName.compose(1, 0, 0));
      return false;
    }
    if (module.getAsInt() >= detector.modules()) {
      problem(
          Kind.UNKNOWN_MODULE,
          file,
          "detector %s has modules 0 to %d, so the file is left out; rename it, or give another detector"
              .formatted(detector.name(), detector.modules() - 1));
      return false;
    }
    return wanted.contains(module.getAsInt());
  }

  private OptionalLong scanOf(Path file) {
    OptionalLong named = RawFileName.of(file).scan();
    if (named.isPresent()) {
      return named;
    }
    SectorHeader first = new SectorHeader();
    try (RawFileReader reader = new RawFileReader(file, version, detector, 0)) {
      if (reader.next(first)) {
        return OptionalLong.of(first.scan);
      }
      problems.add(RawProblem.noRecord(reader, version));
    } catch (IOException e) {
      problems.add(RawProblem.unreadable(file, e));
    }
    return OptionalLong.empty();
  }

  private void problem(Kind kind, Path file, String message) {
    problems.add(new RawProblem(kind, file, 0, message));
  }
}
