package io.millrace.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.detector.Calibration;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DropReason;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.HotPixelList.HotPixel;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanReport;
import io.millrace.detector.Thresholds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.assertj.core.description.Description;
import org.assertj.core.description.TextDescription;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CountedFileWriterTest {
  @TempDir Path dir;
  private Path part;
  private Path target;

  @BeforeEach
  void names() {
    part = dir.resolve("scan.part");
    target = dir.resolve("scan.h5");
  }

  @Test
  void whatIsWrittenInAnyOrderIsReadBack() throws Exception {
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      ScanGeometry geometry = new ScanGeometry(1 + random.nextInt(20), 1 + random.nextInt(20));
      int most = new int[] {0, 3, 500, 3000}[random.nextInt(4)];
      Scan scan =
          Scan.of(
              seed,
              geometry,
              1 + random.nextInt(3),
              random,
              e -> random.nextInt(10) == 0 ? -1 : random.nextInt(most + 1));
      Layout layout = Layout.values()[random.nextInt(3)];
      if (random.nextBoolean()) {
        scan.withCentroids(random);
      }
      Collections.shuffle(scan.frames(), random);
      Path file = dir.resolve(seed + ".h5");
      List<Path> written = write(scan, layout, file);
      assertThat(written).as("seed %d", seed).hasSize(layout == Layout.BOTH ? 2 : 1);
      for (Path one : written) {
        assertHolds(one, scan, "seed %d, %s".formatted(seed, one.getFileName()));
      }
    }
    assertThat(filesThatEndWith(".part")).isEmpty();
  }

  /** Frames of more than a collection, and those that just fit (16,372), beside small ones. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void hugeFrames(boolean centroids) throws Exception {
    Random random = new Random(1);
    Scan scan =
        Scan.of(
            1,
            new ScanGeometry(7, 3),
            1,
            random,
            e -> new int[] {5, 300_000, 16_371, 16_372, 16_373, 9, Scan.CAMERA.pixels()}[e % 7]);
    if (centroids) {
      scan.withCentroids(random);
    }
    for (Path file : write(scan, Layout.BOTH, target)) {
      assertHolds(file, scan, file.toString());
    }
  }

  /** More frames than a collection may hold objects. */
  @Test
  void aPartIsGoneOnWithFromItsSnapshotAndWhatCameBehindItIsForgotten() throws Exception {
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      ScanGeometry geometry = new ScanGeometry(1 + random.nextInt(20), 1 + random.nextInt(20));
      int most = new int[] {0, 3, 500, 30_000}[random.nextInt(4)];
      Scan scan = Scan.of(seed, geometry, 1, random, e -> random.nextInt(most + 1));
      Layout layout = Layout.values()[random.nextInt(3)];
      if (random.nextBoolean()) {
        scan.withCentroids(random);
      }
      boolean centroids = scan.hasCentroids();
      Collections.shuffle(scan.frames(), random);
      List<CountedFrame> before =
          scan.frames().subList(0, random.nextInt(scan.frames().size() + 1));
      List<CountedFrame> after = scan.frames().subList(before.size(), scan.frames().size());
      byte[] snapshot;
      try (CountedFileWriter writer = new CountedFileWriter(part, Scan.CAMERA, centroids)) {
        for (CountedFrame frame : before) {
          writer.add(frame);
        }
        snapshot = writer.snapshot();
        for (CountedFrame frame : after) {
          writer.add(frame); // and these once more
        }
        writer.snapshot(); // of a checkpoint that failed
        writer.suspend();
      }
      Path file = dir.resolve(seed + ".h5");
      List<Path> written;
      try (CountedFileWriter writer = CountedFileWriter.resume(snapshot, Scan.CAMERA, centroids)) {
        assertThat(writer.frames()).isEqualTo(before.size());
        for (CountedFrame frame : after) {
          writer.add(frame);
        }
        scan.images().forEach(writer::add);
        written = writer.finish(scan.report(), Scan.PROVENANCE, layout, file);
      }
      for (Path one : written) {
        assertHolds(one, scan, "seed %d, %s".formatted(seed, one.getFileName()));
      }
    }
    assertThat(filesThatEndWith(".part")).isEmpty();
  }

  @Test
  void aPartThatIsGoneOrTooShortOrOfAnotherVersionIsNotGoneOnWith() throws Exception {
    byte[] snapshot;
    try (CountedFileWriter writer = new CountedFileWriter(part, Scan.CAMERA, false)) {
      snapshot = writer.snapshot();
      writer.suspend();
    }
    byte[] other = snapshot.clone();
    other[3]++;
    assertThatThrownBy(() -> CountedFileWriter.resume(other, Scan.CAMERA, false))
        .hasMessageContaining("of version 2, and this job reads 1");
    try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
      channel.truncate(5);
    }
    assertThatThrownBy(() -> CountedFileWriter.resume(snapshot, Scan.CAMERA, false))
        .hasMessageContaining("has 5 bytes, and had 48");
    Files.delete(part);
    assertThatThrownBy(() -> CountedFileWriter.resume(snapshot, Scan.CAMERA, false))
        .hasMessageContaining("scan.part is gone");
  }

  @Test
  void aPartIsGoneOnWithWhenItsFirstWriterHasEnded() throws Exception {
    CountedFileWriter first = new CountedFileWriter(part, Scan.CAMERA, false);
    byte[] snapshot = first.snapshot();
    assertThat(PartLock.removeOrphan(part)).as("it has a writer").isFalse();
    CompletableFuture<CountedFileWriter> second =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return CountedFileWriter.resume(snapshot, Scan.CAMERA, false);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertThatThrownBy(() -> second.get(500, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    first.suspend();
    second.get(1, TimeUnit.MINUTES).close();
    assertThat(part).doesNotExist();
  }

  @Test
  void namesAreGivenOnceHoweverOftenItIsTried() throws Exception {
    Scan scan = Scan.of(1, new ScanGeometry(3, 2), 1, new Random(1), e -> e);
    WholeFile whole;
    try (CountedFileWriter writer = new CountedFileWriter(part, Scan.CAMERA, false)) {
      for (CountedFrame frame : scan.frames()) {
        writer.add(frame);
      }
      whole = writer.complete(scan.report(), Scan.PROVENANCE, Layout.FLAT, target);
    }
    WholeFileSerializer serializer = new WholeFileSerializer();
    WholeFile read = serializer.deserialize(serializer.getVersion(), serializer.serialize(whole));
    assertThat(read.names()).isEqualTo(whole.names());
    assertThat(read.scraps()).isEqualTo(whole.scraps()).containsExactly(part.toString());
    assertThat(read.report().drops()).isEqualTo(whole.report().drops());

    // As if a crash had come between the link and the removal.
    Path flat = dir.resolve("scan_flat.h5");
    Files.createLink(flat, dir.resolve("scan_flat.part"));
    assertThat(read.name()).containsExactly(flat);
    assertThat(whole.name()).containsExactly(flat);
    assertThat(filesThatEndWith(".part")).isEmpty();
    Files.delete(flat);
    assertThatThrownBy(whole::name).hasMessageContaining("neither is there");
  }

  /** The job that starts again does all steps once more. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void aCrashBetweenAnyTwoStepsOfNamingLeavesWhatIsNamedTheSecondTime(int stepsBefore)
      throws Exception {
    Scan scan = Scan.of(1, new ScanGeometry(3, 2), 1, new Random(1), e -> e);
    WholeFile whole;
    try (CountedFileWriter writer = new CountedFileWriter(part, Scan.CAMERA, false)) {
      for (CountedFrame frame : scan.frames()) {
        writer.add(frame);
      }
      for (ScanImage image : scan.images()) {
        writer.add(image);
      }
      whole = writer.complete(scan.report(), Scan.PROVENANCE, Layout.BOTH, target);
    }
    Path flat = dir.resolve("scan_flat.h5");
    Path flatPart = dir.resolve("scan_flat.part");
    assertThat(whole.names())
        .containsExactly(
            Map.entry(part.toString(), target.toString()),
            Map.entry(flatPart.toString(), flat.toString()));
    List<Step> steps =
        List.of(
            () -> Files.createLink(target, part),
            () -> Files.delete(part),
            () -> Files.createLink(flat, flatPart),
            () -> Files.delete(flatPart));
    for (Step step : steps.subList(0, stepsBefore)) {
      step.take();
    }

    assertThat(whole.name()).containsExactly(target, flat);
    assertThat(filesThatEndWith(".part")).isEmpty();
    assertThat(filesThatEndWith(".h5")).containsExactlyInAnyOrder(target, flat);
    assertHolds(target, scan, "named behind step " + stepsBefore);
    assertHolds(flat, scan, "named behind step " + stepsBefore);
  }

  private interface Step {
    void take() throws IOException;
  }

  @Test
  void manyTinyFrames() throws Exception {
    Scan scan = Scan.of(2, new ScanGeometry(270, 270), 1, new Random(2), e -> 1 + e % 2);
    scan.withCentroids(new Random(2));
    for (Path file : write(scan, Layout.BOTH, target)) {
      assertHolds(file, scan, file.toString());
    }
  }

  @Test
  void aScanOfWhichNothingArrived() throws Exception {
    Scan scan = Scan.of(3, new ScanGeometry(3, 2), 2, new Random(3), e -> -1);
    for (Path file : write(scan, Layout.BOTH, target)) {
      assertHolds(file, scan, file.toString());
    }
  }

  @Test
  void centroidsAreInTheFileIfTheyAreOnAlsoWithoutElectrons() throws Exception {
    Scan scan = Scan.of(3, new ScanGeometry(3, 2), 2, new Random(3), e -> e % 2 - 1);
    for (boolean on : new boolean[] {true, false}) {
      try (CountedFileWriter writer = new CountedFileWriter(part, Scan.CAMERA, on)) {
        for (CountedFrame frame : scan.frames()) {
          writer.add(frame);
        }
        Path name = dir.resolve(on + ".h5");
        for (Path path : writer.finish(scan.report(), Scan.PROVENANCE, Layout.BOTH, name)) {
          try (CountedFile file = new CountedFile(path)) {
            assertThat(file.hasCentroids()).as(path.toString()).isEqualTo(on);
            if (on) {
              assertThat(file.centroids(5, 1).size()).as(path.toString()).isZero();
            } else {
              assertThatThrownBy(() -> file.centroids(5, 1))
                  .isInstanceOf(NoSuchElementException.class)
                  .hasMessageContaining(path.getFileName().toString())
                  .hasMessageContaining("/millrace/centroids");
            }
          }
        }
      }
    }
  }

  @Test
  void asManyCentroidsAsEventsOrNone() throws Exception {
    CountedFrame frame = smallScan().withCentroids(new Random(5)).frames().get(3);
    try (CountedFileWriter without = new CountedFileWriter(part, Scan.CAMERA, false)) {
      assertThatThrownBy(() -> without.add(frame))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(
              "scan 5, frame %d: 100 centroids for 100 events".formatted(frame.frame))
          .hasMessageContaining("without centroids");
    }
    try (CountedFileWriter with = new CountedFileWriter(part, Scan.CAMERA, true)) {
      with.add(frame);
      frame.centroids.add(1, 2, 3);
      assertThatThrownBy(() -> with.add(frame))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("101 centroids for 100 events")
          .hasMessageContaining("with centroids");
      frame.centroids.clear();
      assertThatThrownBy(() -> with.add(frame))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("0 centroids for 100 events");
    }
  }

  @Test
  void theAccountIsInTheFile() throws Exception {
    Scan scan = smallScan();
    write(scan, Layout.VLEN, target);
    ScanReport report = scan.report();
    try (CountedFile file = new CountedFile(target)) {
      assertThat(file.hasAccount()).isTrue();
      assertThat(file.scan()).isEqualTo(scan.number());
      assertThat(file.complete()).isEqualTo(report.complete());
      assertThat(file.incomplete()).isEqualTo(report.incomplete());
      assertThat(file.absent()).isEqualTo(report.absent());
      assertThat(file.events()).isEqualTo(scan.events());
      assertThat(file.drops()).isEqualTo(report.drops());
      assertThat(file.start()).isEqualTo(Instant.parse("2026-11-22T08:43:37.125Z"));
      assertThat(file.end()).isEqualTo(Instant.parse("2026-11-22T08:43:41Z"));
      assertThat(file.thresholds()).isEqualTo(scan.calibration().thresholds());
      Map<String, String> texts =
          Map.of(
              "software", "millrace",
              "version", "0.1.0",
              "session", "Sitzung Ä",
              "parameters", "{\"lanes\": 2}",
              "detector", "4d-camera",
              "ended_by", "lane_timeout");
      texts.forEach((name, text) -> assertThat(file.text(name)).as(name).hasValue(text));
      Map<String, Double> numbers =
          Map.of(
              "frames_expected", (double) report.expected(),
              "missing_sectors_module_2", 2.0,
              "messages_announced", 1000.0,
              "messages_received", 998.0,
              "messages_dropped", 5.0,
              "fit_requested_frames", 20.0,
              "fit_sampled_pixels", 6_303_744.0,
              "number_of_samples", 19.0,
              "optimized_mean", 20.4695);
      numbers.forEach((name, n) -> assertThat(file.number(name)).as(name).hasValue(n));
      for (DropReason reason : DropReason.values()) {
        assertThat(file.number("dropped_" + reason.label().replace('-', '_')))
            .as(reason.label())
            .hasValue(report.drops().get(reason));
      }
      assertThat(file.number("no_such")).isEmpty();
    }
  }

  @Test
  void theFitAndItsHistogramAreInTheFile() throws Exception {
    Scan scan = smallScan();
    long[] counts = {1, 0, 5_000_000_000L, 7};
    try (CountedFileWriter writer = new CountedFileWriter(part, Scan.CAMERA, false)) {
      writer.add(new SampleHistogram(scan.number(), 65_532, counts));
      scan.frames().forEach(frame -> add(writer, frame));
      writer.finish(scan.report(), Scan.PROVENANCE, Layout.BOTH, target);
    }
    for (Path written : List.of(target, CountedFileName.flat(target))) {
      try (CountedFile file = new CountedFile(written)) {
        assertThat(file.fit()).hasValue(scan.calibration().fit());
        assertThat(file.histogram())
            .hasValueSatisfying(
                histogram -> {
                  assertThat(histogram.scan()).isEqualTo(scan.number());
                  assertThat(histogram.first()).isEqualTo(65_532);
                  assertThat(histogram.counts()).containsExactly(counts);
                  assertThat(histogram.pixels()).isEqualTo(5_000_000_008L);
                });
      }
    }
  }

  @Test
  void thresholdsThatWereGivenHaveNoStatistics() throws Exception {
    Thresholds thresholds = new Thresholds(28.5, 435);
    write(smallScan().with(Calibration.given(5, thresholds, null)), Layout.VLEN, target);
    try (CountedFile file = new CountedFile(target)) {
      assertThat(file.thresholds()).isEqualTo(thresholds);
      assertThat(file.text("threshold_calculated")).hasValue("FALSE");
      assertThat(file.number("mean")).isEmpty();
      assertThat(file.fit()).isEmpty();
      assertThat(file.histogram()).isEmpty();
    }
  }

  @Test
  void theLevelOfTheNoiseIsInTheFileIfThereIsOne() throws Exception {
    Scan scan = smallScan();
    Thresholds thresholds = new Thresholds(28.5, 435);
    assertLevel(scan, OptionalDouble.of(20.4695));
    assertLevel(scan.with(scan.calibration().atLevel(19.25)), OptionalDouble.of(19.25));
    assertLevel(scan.with(Calibration.given(5, thresholds, 21.5)), OptionalDouble.of(21.5));
    assertLevel(scan.with(Calibration.given(5, thresholds, null)), OptionalDouble.empty());
  }

  private void assertLevel(Scan scan, OptionalDouble level) throws IOException {
    for (Path path : write(scan, Layout.BOTH, target)) {
      try (CountedFile file = new CountedFile(path)) {
        assertThat(file.number("noise_level")).as("%s", scan.calibration()).isEqualTo(level);
        assertThat(file.thresholds()).isEqualTo(scan.calibration().thresholds());
      }
      Files.delete(path);
    }
  }

  @Test
  void hotAndMaskedPixelsAreInTheFile() throws Exception {
    Scan scan = smallScan();
    try (CountedFile file = new CountedFile(write(scan, Layout.VLEN, target).get(0))) {
      assertThat(file.hotPixels()).isEqualTo(new HotPixelList(5, List.of()));
      assertThat(file.maskedPixels()).isEmpty();
    }
    HotPixelList hot =
        new HotPixelList(5, List.of(new HotPixel(0, 0.25f), new HotPixel(331_775, 1)));
    Scan masked = scan.with(scan.calibration().masking(List.of(17, 300_000)));
    try (CountedFileWriter writer = new CountedFileWriter(part, Scan.CAMERA, false)) {
      for (CountedFrame frame : masked.frames()) {
        writer.add(frame);
      }
      writer.add(hot);
      for (Path path :
          writer.finish(masked.report(), Scan.PROVENANCE, Layout.BOTH, dir.resolve("hot.h5"))) {
        try (CountedFile file = new CountedFile(path)) {
          assertThat(file.hotPixels()).isEqualTo(hot);
          assertThat(file.maskedPixels()).containsExactly(17, 300_000);
        }
      }
    }
  }

  @Test
  void thereIsNoFileUntilTheScanIsFinished() throws Exception {
    Scan scan = smallScan();
    try (CountedFileWriter writer = new CountedFileWriter(part, Scan.CAMERA, false)) {
      for (CountedFrame frame : scan.frames()) {
        writer.add(frame);
        assertThat(part).exists();
        assertThat(target).doesNotExist();
      }
    }
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void anotherFileIsNeverReplacedAndThePartIsKept() throws Exception {
    Scan scan = smallScan();
    Files.writeString(target, "precious");
    assertThatThrownBy(() -> write(scan, Layout.BOTH, target))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("scan.h5")
        .hasMessageContaining("rename it");
    assertThat(target).hasContent("precious");
    assertHolds(part, scan, "the part");
    assertHolds(CountedFileName.flat(part), scan, "the flat part");
  }

  @Test
  void aPartOfSomebodyElseIsNotTouched() throws Exception {
    Files.writeString(part, "busy");
    assertThatThrownBy(() -> new CountedFileWriter(part, Scan.CAMERA, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("scan.part")
        .hasMessageContaining("another id");
    assertThat(part).hasContent("busy");
  }

  @Test
  void moreFramesThanAPositionHasAreAnError() {
    Scan two = Scan.of(6, new ScanGeometry(3, 2), 2, new Random(6), e -> 10);
    Scan one = new Scan(6, two.geometry(), 1, two.frames(), List.of(), two.calibration());
    assertThatThrownBy(() -> write(one, Layout.VLEN, target))
        .hasMessageContaining("scan 6")
        .hasMessageContaining("position (0, 0)");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void aFrameThatComesTwiceIsAnError() {
    Scan scan = Scan.of(7, new ScanGeometry(3, 2), 2, new Random(7), e -> e % 2 == 0 ? 10 : -1);
    scan.frames().add(scan.frames().get(1));
    assertThatThrownBy(() -> write(scan, Layout.VLEN, target))
        .hasMessageContaining("frame %d came twice".formatted(scan.frames().get(1).frame));
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void aReportThatContradictsTheFramesIsAnError() throws Exception {
    Scan scan = smallScan();
    try (CountedFileWriter writer = new CountedFileWriter(part, Scan.CAMERA, false)) {
      writer.add(scan.frames().get(0));
      assertThatThrownBy(() -> writer.finish(scan.report(), Scan.PROVENANCE, Layout.VLEN, target))
          .hasMessageContaining("%d frames".formatted(scan.frames().size()))
          .hasMessageContaining("1 with");
      CountedFrame stray = new CountedFrame();
      stray.width = 99;
      stray.height = 1;
      assertThatThrownBy(() -> writer.add(stray)).hasMessageContaining("99 x 1");
    }
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void aFullDiskIsNamed() throws Exception {
    Path full = Path.of("/dev/full");
    assumeThat(full).as("a device that is always full").exists();
    try (FileChannel channel = FileChannel.open(full, StandardOpenOption.WRITE);
        Hdf5File file = new Hdf5File(target, channel)) {
      assertThatThrownBy(file::flush)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("scan.h5")
          .hasMessageContaining("No space left")
          .hasMessageContaining("another directory");
    }
  }

  private static void add(CountedFileWriter writer, CountedFrame frame) {
    try {
      writer.add(frame);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Scan smallScan() {
    return Scan.of(5, new ScanGeometry(5, 4), 1, new Random(5), e -> e == 7 ? -1 : 100);
  }

  private List<Path> write(Scan scan, Layout layout, Path file) throws IOException {
    try (CountedFileWriter writer = new CountedFileWriter(part, Scan.CAMERA, scan.hasCentroids())) {
      for (CountedFrame frame : scan.frames()) {
        writer.add(frame);
      }
      scan.images().forEach(writer::add);
      return writer.finish(scan.report(), Scan.PROVENANCE, layout, file);
    }
  }

  private static void assertHolds(Path path, Scan scan, String what) throws IOException {
    try (CountedFile file = new CountedFile(path)) {
      assertThat(file.geometry()).as(what).isEqualTo(scan.geometry());
      assertThat(file.framesPerPosition()).as(what).isEqualTo(scan.framesPerPosition());
      assertThat(file.rows()).isEqualTo(576);
      assertThat(file.columns()).isEqualTo(576);
      assertThat(file.hasCentroids()).as(what).isEqualTo(scan.hasCentroids());
      Map<Integer, TreeMap<Long, CountedFrame>> byPosition = new TreeMap<>();
      for (CountedFrame f : scan.frames()) {
        byPosition.computeIfAbsent(f.position(), p -> new TreeMap<>()).put(f.frame, f);
      }
      for (int p = 0; p < scan.geometry().positions(); p++) {
        List<CountedFrame> frames =
            new ArrayList<>(byPosition.getOrDefault(p, new TreeMap<>()).values());
        for (int k = 0; k < scan.framesPerPosition(); k++) {
          boolean there = k < frames.size();
          Description which = new TextDescription("%s, position %d, frame %d", what, p, k);
          assertThat(file.events(p, k))
              .as(which)
              .isEqualTo(there ? frames.get(k).events.toArray() : new int[0]);
          if (scan.hasCentroids()) {
            assertThat(Scan.values(file.centroids(p, k)))
                .as(which)
                .isEqualTo(there ? Scan.values(frames.get(k).centroids) : new float[0]);
          }
          assertThat(file.mask(p, k)).as(which).isEqualTo(there ? frames.get(k).mask : 0);
          assertThat(file.frameNumber(p, k)).as(which).isEqualTo(there ? frames.get(k).frame : -1);
        }
      }
      assertThat(file.imageNames()).isEqualTo(scan.images().stream().map(ScanImage::name).toList());
      for (ScanImage image : scan.images()) {
        assertThat(file.image(image.name()))
            .as(what)
            .usingRecursiveComparison()
            .withEqualsForType(Double::equals, Double.class) // NaN too
            .isEqualTo(image);
      }
    }
  }

  private List<Path> filesThatEndWith(String end) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.filter(f -> f.toString().endsWith(end)).toList();
    }
  }
}
