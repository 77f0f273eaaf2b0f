package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawFileName;
import io.millrace.detector.raw.RawFileReader;
import io.millrace.detector.raw.RawScans;
import io.millrace.detector.raw.RawVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpilledSectorsTest {
  private static final DetectorDescription DETECTOR = Detectors.square(8);
  private static final int MODULE = 2;
  private static final int BYTES = DETECTOR.sectorBytes();
  private static final int RECORD = RawFileReader.HEADER_BYTES + BYTES;
  private static final long PLENTY = 1L << 40;

  @TempDir private Path temporary;

  private Path directory() {
    return temporary.resolve("not/yet/there");
  }

  private static SectorHeader header(long scan, long frame) {
    return new SectorHeader()
        .set(scan, frame, 100, 50, (int) frame % 100, (int) frame / 100 % 50, 0, MODULE);
  }

  /** Pixels that tell scan and frame. */
  private static ByteBuffer pixels(long scan, long frame, int length) {
    byte[] noise = new byte[length];
    new Random(scan * 1_000_003 + frame).nextBytes(noise);
    return ByteBuffer.wrap(noise);
  }

  private static long append(SpilledSectors spilled, long scan, long frame) throws IOException {
    ByteBuffer pixels = pixels(scan, frame, BYTES);
    long place = spilled.append(header(scan, frame), pixels);
    assertThat(pixels.remaining())
        .as("whoever sends the pixels needs their limits")
        .isEqualTo(BYTES);
    return place;
  }

  private static void assertHolds(SpilledSectors spilled, long place, long scan, long frame)
      throws IOException {
    ByteBuffer slot = ByteBuffer.allocateDirect(BYTES);
    slot.position(7).limit(9); // as somebody has left it
    spilled.read(place, slot);
    assertThat(slot).as("scan %d, frame %d", scan, frame).isEqualTo(pixels(scan, frame, BYTES));
  }

  private Set<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory())) {
      return files
          .map(f -> f.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Frames by scan, as every other tool reads them, with their pixels. */
  private static Map<Long, List<Long>> read(Path directory, DetectorDescription detector)
      throws IOException {
    RawScans scans =
        RawScans.in(List.of(directory), RawVersion.ROW_SECTORS, detector, Set.of(0, 1, 2, 3));
    assertThat(scans.problems()).isEmpty();
    Map<Long, List<Long>> frames = new TreeMap<>();
    for (long scan : scans.numbers()) {
      RawDataset dataset = scans.open(scan);
      assertThat(dataset.problems()).isEmpty();
      assertThat(dataset.modules()).containsExactly(MODULE);
      List<Long> ofScan = new ArrayList<>();
      try (RawSectors source = new RawSectors(dataset, MODULE)) {
        SectorHeader h = new SectorHeader();
        ByteBuffer slot = ByteBuffer.allocate(detector.sectorBytes());
        while (source.next(h)) {
          assertThat(h).hasToString(header(scan, h.frame).toString());
          assertThat(source.pixels(slot)).isEqualTo(pixels(scan, h.frame, detector.sectorBytes()));
          ofScan.add(h.frame);
        }
      }
      frames.put(scan, ofScan);
    }
    return frames;
  }

  /** Any order of appending, reading and releasing, over several scans and many small files. */
  @Test
  void whatIsNotReleasedIsReadBackAndNothingElseStays() throws IOException {
    for (long seed = 0; seed < 10; seed++) {
      Random random = new Random(seed);
      Map<Long, long[]> held = new TreeMap<>();
      int fileSectors = 1 + random.nextInt(4);
      try (SpilledSectors spilled =
          new SpilledSectors(directory(), MODULE, BYTES, PLENTY, fileSectors * RECORD)) {
        long scan = 5;
        long last = -1;
        for (int i = 0; i < 200; i++) {
          scan += random.nextInt(40) == 0 ? 1 : 0;
          List<Long> places = new ArrayList<>(held.keySet());
          if (places.isEmpty() || random.nextInt(100) < (i < 100 ? 60 : 40)) {
            long place = append(spilled, scan, i);
            assertThat(place).isGreaterThan(last);
            last = place;
            held.put(place, new long[] {scan, i});
          } else {
            long place = places.get(random.nextInt(places.size()));
            assertHolds(spilled, place, held.get(place)[0], held.get(place)[1]);
            spilled.release(place);
            held.remove(place);
          }
          assertThat(spilled.sectors()).as("seed %d, step %d", seed, i).isEqualTo(held.size());
          assertThat(spilled.bytes()).as("seed %d, step %d", seed, i).isEqualTo(bytesOnDisk());
          assertThat(names().size())
              .as("seed %d, step %d", seed, i)
              .isLessThanOrEqualTo(held.size());
        }
        for (Map.Entry<Long, long[]> sector : held.entrySet()) {
          assertHolds(spilled, sector.getKey(), sector.getValue()[0], sector.getValue()[1]);
        }
        held.keySet().forEach(spilled::release);
        assertThat(names()).as("seed %d: all is released", seed).isEmpty();
        assertThat(spilled.bytes()).isZero();
        assertThat(spilled.sectors()).isZero();
      }
    }
  }

  private long bytesOnDisk() throws IOException {
    try (Stream<Path> files = Files.list(directory())) {
      return files.mapToLong(f -> f.toFile().length()).sum();
    }
  }

  @Test
  void aFileAScanAndPartAndTheyStayForEveryOtherTool() throws IOException {
    try (SpilledSectors spilled =
        new SpilledSectors(directory(), MODULE, BYTES, PLENTY, 3 * RECORD + 5)) {
      for (int frame = 0; frame < 7; frame++) {
        append(spilled, 4_294_967_295L, frame);
      }
      append(spilled, 0, 0);
      append(spilled, 0, 1);
    }
    assertThat(names())
        .containsExactly(
            RawFileName.compose(0, MODULE, 0),
            RawFileName.compose(4_294_967_295L, MODULE, 0),
            RawFileName.compose(4_294_967_295L, MODULE, 1),
            RawFileName.compose(4_294_967_295L, MODULE, 2));
    assertThat(read(directory(), DETECTOR))
        .isEqualTo(
            Map.of(0L, List.of(0L, 1L), 4_294_967_295L, List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L)));
  }

  @Test
  void aFileGoesWhenAllOfItIsReleasedAndNotBefore() throws IOException {
    try (SpilledSectors spilled =
        new SpilledSectors(directory(), MODULE, BYTES, PLENTY, 2 * RECORD)) {
      long[] places = new long[5];
      for (int frame = 0; frame < 5; frame++) {
        places[frame] = append(spilled, 1, frame);
      }
      String first = RawFileName.compose(1, MODULE, 0);
      String second = RawFileName.compose(1, MODULE, 1);
      String third = RawFileName.compose(1, MODULE, 2);
      assertThat(names()).containsExactly(first, second, third);
      spilled.release(places[3]);
      spilled.release(places[0]);
      assertThat(names()).containsExactly(first, second, third);
      assertThat(spilled.bytes()).as("they share files with others").isEqualTo(5 * RECORD);
      assertThat(spilled.sectors()).isEqualTo(3);
      assertHolds(spilled, places[1], 1, 1);
      spilled.release(places[1]);
      assertThat(names()).containsExactly(second, third);
      assertHolds(spilled, places[2], 1, 2);
      spilled.release(places[2]);
      assertThat(names()).containsExactly(third);
      spilled.release(places[4]);
      assertThat(names()).isEmpty();
      long place = append(spilled, 1, 5);
      assertThat(place).isGreaterThan(places[4]);
      assertHolds(spilled, place, 1, 5);
    }
    assertThat(read(directory(), DETECTOR)).isEqualTo(Map.of(1L, List.of(5L)));
  }

  @Test
  void filesOfAFormerRunAreNeverTouched() throws IOException {
    try (SpilledSectors former = new SpilledSectors(directory(), MODULE, BYTES, PLENTY)) {
      append(former, 1, 0);
    }
    Path theirs = directory().resolve(RawFileName.compose(1, MODULE, 0));
    byte[] before = Files.readAllBytes(theirs);
    Path strange = Files.createFile(directory().resolve(RawFileName.compose(1, MODULE, 1)));
    try (SpilledSectors spilled = new SpilledSectors(directory(), MODULE, BYTES, PLENTY)) {
      assertThat(spilled.bytes()).as("of others").isZero();
      long place = append(spilled, 1, 1);
      assertThat(directory().resolve(RawFileName.compose(1, MODULE, 2))).exists();
      spilled.release(place);
    }
    assertThat(theirs).hasBinaryContent(before);
    assertThat(strange).isEmptyFile();
    assertThat(names()).hasSize(2);
  }

  @Test
  void occupiesNoMoreThanItMay() throws IOException {
    try (SpilledSectors spilled = new SpilledSectors(directory(), MODULE, BYTES, 3 * RECORD + 47)) {
      long first = append(spilled, 1, 0);
      append(spilled, 1, 1);
      assertThat(spilled.hasRoom()).isTrue();
      append(spilled, 1, 2);
      assertThat(spilled.hasRoom()).isFalse();
      assertThatThrownBy(() -> append(spilled, 1, 3))
          .isInstanceOf(NoRoom.class)
          .hasMessageContaining("module 2")
          .hasMessageContaining(directory().toString());
      assertThat(bytesOnDisk()).isEqualTo(3 * RECORD);
      spilled.release(first);
      assertThat(spilled.hasRoom()).as("an eighth of the bound at most shares a file").isTrue();
      append(spilled, 1, 3);
    }
    assertThat(read(directory(), DETECTOR)).isEqualTo(Map.of(1L, List.of(1L, 2L, 3L)));
  }

  @Test
  void aMistakeOfTheCallerIsNamed() throws IOException {
    try (SpilledSectors spilled = new SpilledSectors(directory(), MODULE, BYTES, PLENTY)) {
      assertNoSector(spilled, 0);
      long place = append(spilled, 1, 0);
      append(spilled, 1, 1);
      assertNoSector(spilled, -1);
      assertNoSector(spilled, place + 2);
      spilled.release(place);
      assertNoSector(spilled, place);
      SectorHeader other = header(1, 2);
      other.module = 1;
      assertThatThrownBy(() -> spilled.append(other, pixels(1, 2, BYTES)))
          .hasMessageContaining("of module 1 with 32 bytes, in files for sectors of module 2");
      assertThatThrownBy(() -> spilled.append(header(1, 2), pixels(1, 2, BYTES - 1)))
          .hasMessageContaining("31 bytes");
      assertThat(spilled.sectors()).isEqualTo(1);
    }
  }

  private static void assertNoSector(SpilledSectors spilled, long place) {
    assertThatThrownBy(() -> spilled.release(place))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("place " + place + " holds no sector");
    assertThatThrownBy(() -> spilled.read(place, ByteBuffer.allocateDirect(BYTES)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("place " + place + " holds no sector");
  }

  @Test
  void aFileThatSomebodyHasShortenedIsNamed() throws IOException {
    try (SpilledSectors spilled = new SpilledSectors(directory(), MODULE, BYTES, PLENTY)) {
      long first = append(spilled, 1, 0);
      long second = append(spilled, 1, 1);
      Path file = directory().resolve(RawFileName.compose(1, MODULE, 0));
      Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 2 * RECORD - 1));
      assertThatThrownBy(() -> spilled.read(second, ByteBuffer.allocateDirect(BYTES)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("sector 1 of " + file + " cannot be read again");
      assertHolds(spilled, first, 1, 0);
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "in the way");
    assertThatThrownBy(() -> new SpilledSectors(file, MODULE, BYTES, PLENTY))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("give another");
  }

  /** An interrupt closes the file under the writer's hands: nothing can be taken back then. */
  @Test
  void afterAFailureItGoesOnInAnotherFile() throws IOException {
    try (SpilledSectors spilled = new SpilledSectors(directory(), MODULE, BYTES, PLENTY)) {
      long first = append(spilled, 1, 0);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> append(spilled, 1, 1))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(NoRoom.class)
          .hasMessageContaining(RawFileName.compose(1, MODULE, 0))
          .hasMessageContaining("cannot be written")
          .hasMessageContaining("1 sectors");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(spilled.sectors()).isEqualTo(1);
      long second = append(spilled, 1, 2);
      assertHolds(spilled, first, 1, 0);
      assertHolds(spilled, second, 1, 2);
    }
    assertThat(names())
        .containsExactly(RawFileName.compose(1, MODULE, 0), RawFileName.compose(1, MODULE, 1));
    assertThat(read(directory(), DETECTOR)).isEqualTo(Map.of(1L, List.of(0L, 2L)));
  }

  /**
   * A real write that gets half of a record to the file and then fails, without needing a disk to
   * fill up: in a process that may write files of 100 KiB at most, the first call writes up to
   * there, and the next one gets EFBIG. To the writer that is the same as a disk that becomes full,
   * but that the disk has room.
   */
  @Test
  void aRecordThatWasWrittenInPartIsTakenBack() throws Exception {
    int sectorBytes = Detectors.square(128).sectorBytes();
    int whole = 100 * 1024 / (RawFileReader.HEADER_BYTES + sectorBytes);
    String told = runFilling("ulimit -f 100", directory(), 3 * whole + 3);
    assertThat(told.lines().filter(l -> !l.equals("kept")))
        .as(told)
        .hasSize(3)
        .allMatch(l -> l.startsWith("IOException: ") && l.contains("cannot be written"));
    assertThat(told.lines().filter("kept"::equals)).hasSize(3 * whole);
    assertThat(Files.readString(temporary.resolve("err")))
        .as("what stays is named")
        .contains("module 2: %d sectors are not acknowledged, and stay: ".formatted(3 * whole))
        .contains(directory().resolve(RawFileName.compose(1, MODULE, 2)).toString())
        .contains("Stream them later with: millrace replay " + directory());
    List<Long> frames = read(directory(), Detectors.square(128)).get(1L);
    assertThat(frames)
        .hasSize(3 * whole)
        .doesNotContain((long) whole, 2L * whole + 1, 3L * whole + 2);
    try (Stream<Path> files = Files.list(directory())) {
      assertThat(files.mapToLong(f -> f.toFile().length()))
          .allMatch(length -> length % (RawFileReader.HEADER_BYTES + sectorBytes) == 0);
    }
  }

  /** The same with a disk of 1 MB that really becomes full. Only root may make one. */
  @Test
  void aFullDiskIsNoRoomAndLeavesWholeRecords() throws Exception {
    Path disk = Files.createDirectory(temporary.resolve("disk"));
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString())
            .redirectErrorStream(true)
            .redirectOutput(temporary.resolve("mount.log").toFile())
            .start();
    assertThat(mount.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assumeTrue(mount.exitValue() == 0, "a file system can be mounted here");
    try {
      DetectorDescription detector = Detectors.square(128);
      int bytes = detector.sectorBytes();
      try (SpilledSectors spilled = new SpilledSectors(disk, MODULE, bytes, PLENTY)) {
        assertThat(spilled.hasRoom()).isTrue();
        List<Long> places = new ArrayList<>();
        assertThatThrownBy(
                () -> {
                  for (long frame = 0; frame < 1000; frame++) {
                    places.add(spilled.append(header(1, frame), pixels(1, frame, bytes)));
                  }
                })
            .isInstanceOf(NoRoom.class)
            .hasMessageContaining(disk.toString())
            .hasMessageContaining("make room");
        assertThat(spilled.hasRoom()).isFalse();
        assertThat(spilled.sectors()).isEqualTo(places.size()).isBetween(100L, 130L);
        ByteBuffer slot = ByteBuffer.allocateDirect(bytes);
        for (int frame = 0; frame < places.size(); frame++) {
          spilled.read(places.get(frame), slot);
          assertThat(slot).isEqualTo(pixels(1, frame, bytes));
        }
        assertThat(read(disk, detector).get(1L)).hasSize(places.size());
        places.forEach(spilled::release);
        long place = spilled.append(header(1, 5000), pixels(1, 5000, bytes));
        spilled.read(place, slot);
        assertThat(slot).isEqualTo(pixels(1, 5000, bytes));
      }
    } finally {
      assertThat(
              new ProcessBuilder("umount", disk.toString()).start().waitFor(30, TimeUnit.SECONDS))
          .isTrue();
    }
  }

  private String runFilling(String limit, Path into, int sectors) throws Exception {
    Path out = temporary.resolve("out");
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                limit + " && exec \"$@\"",
                "bash",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Filling.class.getName(),
                into.toString(),
                Integer.toString(sectors))
            .redirectError(temporary.resolve("err").toFile())
            .redirectOutput(out.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(temporary.resolve("err"))).isZero();
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(out);
  }

  /** A process of its own: puts sectors aside, and says of each what has become of it. */
  static final class Filling {
    private Filling() {}

    public static void main(String[] arguments) throws IOException {
      int bytes = Detectors.square(128).sectorBytes();
      try (SpilledSectors spilled =
          new SpilledSectors(Path.of(arguments[0]), MODULE, bytes, PLENTY)) {
        for (long frame = 0; frame < Integer.parseInt(arguments[1]); frame++) {
          try {
            spilled.append(header(1, frame), pixels(1, frame, bytes));
            System.out.println("kept");
          } catch (IOException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
          }
        }
      }
    }
  }
}
