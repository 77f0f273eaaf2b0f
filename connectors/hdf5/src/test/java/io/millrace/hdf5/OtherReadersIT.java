package io.millrace.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.Calibration;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.HotPixelList.HotPixel;
import io.millrace.detector.IntList;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanReport;
import io.millrace.detector.Thresholds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our files in the hands of the reference library: h5dump (package hdf5-tools) and h5py (package
 * python3-h5py, for the system's own Python).
 */
class OtherReadersIT {
  private static final String PYTHON = "/usr/bin/python3";

  @TempDir Path dir;

  /** The same scan written by us and by stempy: h5dump sees no difference in what stempy writes. */
  @Test
  void h5dumpSeesWhatStempyWrites() throws Exception {
    for (String name : List.of("scan_3x2_f2", "scan_6x4_missing")) {
      Path theirs = CountedFileTest.stempy(name);
      Path ours = dir.resolve(name + ".h5");
      writeAgain(theirs, ours);
      for (String[] part :
          new String[][] {
            {"-a", "/version"}, {"-g", "/electron_events"}, {"-g", "/metadata"},
          }) {
        assertThat(h5dump(ours, part)).as(part[1]).isEqualTo(h5dump(theirs, part));
      }
      assertThat(h5dump(theirs, "-n", "1")).contains("/metadata/electron_counting/mean");
      assertThat(lines(h5dump(ours, "-n", "1")).filter(l -> !l.contains("/millrace")).toList())
          .isEqualTo(lines(h5dump(theirs, "-n", "1")).toList());
    }
  }

  @Test
  void h5dumpReadsEverything() throws Exception {
    for (Path file : write(bigScan().withCentroids(new Random(9)), Layout.BOTH)) {
      // Without -H every byte of every data set is read; problems are reported by the status.
      assertThat(h5dump(file))
          .contains("sector_mask", "bright_field", "centroids", "TRUE", "H5T_IEEE_F32LE");
    }
  }

  /** As stempy's SparseArray.from_hdf5 does it. */
  @Test
  void h5pyReadsTheLists() throws Exception {
    Scan scan = bigScan();
    Path file = write(scan, Layout.VLEN).get(0);
    assertThat(
            python(
                """
                frames = f['electron_events/frames']
                positions = f['electron_events/scan_positions']
                shape = positions.attrs['Ny'], positions.attrs['Nx']
                assert f.attrs['version'] == 3
                assert (positions[()] == numpy.arange(shape[0] * shape[1])).all()
                assert frames.dtype.metadata['vlen'] == numpy.uint32
                assert f['metadata/electron_counting'].attrs['threshold_calculated'] == True
                for events in frames[()]:
                    print(*events)
                """,
                file,
                "r"))
        .isEqualTo(eventLines(scan));
  }

  @Test
  void h5pyReadsTheCentroids() throws Exception {
    Scan scan = bigScan().withCentroids(new Random(9));
    List<Path> files = write(scan, Layout.BOTH);
    String expected = centroidChecksums(scan);
    assertThat(
            python(
                """
                lists = f['millrace/centroids']
                assert lists.dtype.metadata['vlen'] == numpy.float32
                assert lists.attrs['fields'] == 'y, x, charge'
                assert lists.attrs['units'] == 'pixel, pixel, ADU'
                for events, list in zip(f['electron_events/frames'][()], lists[()]):
                    y, x, charge = list.reshape(-1, 3).T
                    assert len(y) == len(events)
                    assert (abs(y - events // 576) < 1.001).all()
                    assert (abs(x - events % 576) < 1.001).all()
                    print(len(list), zlib.crc32(list.tobytes()))
                """,
                files.get(0), "r"))
        .isEqualTo(expected);
    assertThat(
            python(
                """
                indptr, centroids = f['electron_events/indptr'][()], f['millrace/centroids']
                assert centroids.shape == (indptr[-1], 3)
                assert centroids.compression == 'gzip' and centroids.shuffle
                assert centroids.attrs['units'] == 'pixel, pixel, ADU'
                centroids = centroids[()]
                assert centroids.dtype == numpy.float32
                for a, b in zip(indptr, indptr[1:]):
                    print(3 * (b - a), zlib.crc32(centroids[a:b].tobytes()))
                """,
                files.get(1),
                "r"))
        .isEqualTo(expected);
  }

  @Test
  void h5pyReadsTheAccount() throws Exception {
    Scan big = bigScan();
    Scan scan = big.with(big.calibration().atLevel(19.25));
    Path file = write(scan, Layout.VLEN).get(0);
    assertThat(
            python(
                """
                m = f['millrace']
                print(m.attrs['noise_level'], m.attrs['noise_level'].dtype)
                print(m.attrs['session'], type(m.attrs['session']).__name__)
                print(json.loads(m.attrs['parameters'])['lanes'], m.attrs['start'])
                print(m.attrs['frames_expected'], m.attrs['dropped_duplicate'])
                print(m['sector_mask'].dtype, m['sector_mask'].shape, m['frame_number'].dtype)
                image = m['images/bright_field']
                print(image.shape, image.dtype, image.attrs['description'], image[()].sum())
                for name, image in m['images'].items():
                    print(name, image.shape, image.dtype, image.attrs.get('over_scan'))
                print(m['images/com_x'][()].ravel()[:6])
                print(m['images/radial_profile'][()])
                """,
                file,
                "r"))
        .isEqualTo(
            """
            19.25 float64
            Sitzung Ä str
            2 2026-11-22T08:43:37.125Z
            3000 3
            uint8 (3000,) uint32
            (30, 50) uint32 electrons within 40 px %d
            bright_field (30, 50) uint32 True
            com_x (30, 50) float32 True
            radial_profile (3,) uint32 None
            sum_pattern (2, 2) uint32 False
            [-2.     nan -1.5  -1.25   nan -0.75]
            [         1          0 4294967295]
            """
                .formatted(scan.events()));
  }

  /** The lines of docs/COUNTED_FILE.md. */
  @Test
  void h5pyDrawsTheFitAgain() throws Exception {
    Scan scan = bigScan();
    Path file = dir.resolve("fitted.h5");
    long[] counts = new long[329];
    for (int i = 0; i < counts.length; i++) {
      double d = (11 + i - 20.4695) / 1.78397;
      counts[i] = Math.round(1.4e6 * Math.exp(-d * d / 2));
    }
    try (CountedFileWriter writer =
        new CountedFileWriter(dir.resolve("scan.part"), Scan.CAMERA, false)) {
      for (CountedFrame frame : scan.frames()) {
        writer.add(frame);
      }
      writer.add(new SampleHistogram(scan.number(), 11, counts));
      writer.finish(scan.report(), Scan.PROVENANCE, Layout.VLEN, file);
    }
    assertThat(
            python(
                """
                h = f['millrace/calibration/histogram']
                a = h.attrs
                x = a['first'] + numpy.arange(len(h))
                gaussian = a['amplitude'] * numpy.exp(-((x - a['mean']) / a['std_dev']) ** 2 / 2)
                print(h.dtype, a['bin_width'], a['min_bin'], a['max_bin'], abs(h - gaussian).max() <= 0.5)
                """,
                file,
                "r"))
        .isEqualTo("int64 1 11 340 True\n");
    assertThat(h5dump(file)).contains("histogram");
  }

  @Test
  void h5pyReadsHotAndMaskedPixels() throws Exception {
    Scan empty = bigScan();
    Scan scan = empty.with(empty.calibration().masking(List.of(4, 331_775)));
    Path file = dir.resolve("hot.h5");
    try (CountedFileWriter writer =
        new CountedFileWriter(dir.resolve("hot.part"), Scan.CAMERA, false)) {
      for (CountedFrame frame : scan.frames()) {
        writer.add(frame);
      }
      writer.add(
          new HotPixelList(9, List.of(new HotPixel(577, 0.25f), new HotPixel(331_775, 0.5f))));
      writer.finish(scan.report(), Scan.PROVENANCE, Layout.VLEN, file);
    }
    String print =
        """
        for name in 'hot_pixels', 'hot_pixel_rates', 'masked_pixels':
            data = f['millrace'][name]
            print(data.dtype, data.shape, data[()].tolist())
        """;
    assertThat(python(print, file, "r"))
        .isEqualTo(
            """
            uint32 (2,) [577, 331775]
            float32 (2,) [0.25, 0.5]
            uint32 (2,) [4, 331775]
            """);
    assertThat(python(print, write(empty, Layout.FLAT).get(0), "r"))
        .isEqualTo("uint32 (0,) []\nfloat32 (0,) []\nuint32 (0,) []\n");
  }

  @Test
  void h5pyReadsTheFlatLayout() throws Exception {
    Scan scan = bigScan();
    Path file = write(scan, Layout.FLAT).get(0);
    assertThat(
            python(
                """
                indptr, indices = f['electron_events/indptr'][()], f['electron_events/indices']
                assert indices.compression == 'gzip' and indices.shuffle
                indices = indices[()]
                assert indices.dtype == numpy.uint32
                for a, b in zip(indptr, indptr[1:]):
                    print(*indices[a:b])
                """,
                file,
                "r"))
        .isEqualTo(eventLines(scan));
  }

  /** Analyses store their results in the file that they started from. */
  @Test
  void h5pyAddsToTheFile() throws Exception {
    Scan scan = bigScan();
    Path file = write(scan, Layout.VLEN).get(0);
    python(
        """
        f.create_dataset('analysis/strain/exx', data=numpy.arange(12.0).reshape(3, 4))
        f['analysis'].attrs['author'] = 'somebody'
        lists = f['electron_events'].create_dataset(
            'cropped', (3,), dtype=h5py.vlen_dtype(numpy.uint32))
        lists[1] = [1, 2, 3]
        f.attrs['note'] = 'added'
        for i in range(20):
            f['millrace'].attrs['note_%d' % i] = 'also added'
            f['millrace/images'].create_dataset('image_%d' % i, data=numpy.zeros((2, 2)))
        f['metadata/electron_counting'].attrs['mean'] = 1.5
        f['electron_events/frames'][0] = [7, 8]
        """,
        file, "a");
    CountedFrame first =
        scan.frames().stream().min((a, b) -> Long.compare(a.frame, b.frame)).orElseThrow();
    first.events.clear();
    first.events.add(new int[] {7, 8}, 0, 2);
    assertThat(
            python(
                """
                assert f['analysis/strain/exx'][2, 3] == 11
                assert list(f['electron_events/cropped'][1]) == [1, 2, 3]
                assert f.attrs['note'] == 'added' and f.attrs['version'] == 3
                assert f['millrace'].attrs['note_19'] == 'also added'
                assert f['millrace'].attrs['software'] == 'millrace'
                assert len(f['millrace/images']) == 24
                for events in f['electron_events/frames'][()]:
                    print(*events)
                """,
                file,
                "r"))
        .isEqualTo(eventLines(scan));
    assertThat(h5dump(file)).contains("also added");
  }

  /** Two frames a position, one of them larger than a collection, absent and empty ones. */
  private static Scan bigScan() {
    Scan scan =
        Scan.of(
            9,
            new ScanGeometry(50, 30),
            2,
            new Random(9),
            e -> e == 0 ? 10 : e == 1001 ? 300_000 : e % 2 == 0 ? e % 200 : e % 5 - 1);
    Collections.shuffle(scan.frames(), new Random(9));
    return scan;
  }

  private List<Path> write(Scan scan, Layout layout) throws IOException {
    try (CountedFileWriter writer =
        new CountedFileWriter(dir.resolve("scan.part"), Scan.CAMERA, scan.hasCentroids())) {
      for (CountedFrame frame : scan.frames()) {
        writer.add(frame);
      }
      scan.images().forEach(writer::add);
      return writer.finish(scan.report(), Scan.PROVENANCE, layout, dir.resolve("scan.h5"));
    }
  }

  /** What is printed of a scan: a line of events for each entry. */
  private static String eventLines(Scan scan) {
    return lines(
        scan,
        "",
        frame ->
            Arrays.stream(frame.events.toArray())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(" ")));
  }

  /** For each entry the number of values of its centroids, and their checksum. */
  private static String centroidChecksums(Scan scan) {
    return lines(
        scan,
        "0 0",
        frame -> {
          float[] values = Scan.values(frame.centroids);
          ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
          bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
          CRC32 checksum = new CRC32();
          checksum.update(bytes);
          return values.length + " " + checksum.getValue();
        });
  }

  /** A line for each entry. */
  private static String lines(Scan scan, String absent, Function<CountedFrame, String> line) {
    int perPosition = scan.framesPerPosition();
    String[] lines = new String[scan.geometry().positions() * perPosition];
    Arrays.fill(lines, absent);
    List<CountedFrame> frames = new ArrayList<>(scan.frames());
    frames.sort((a, b) -> Long.compare(a.frame, b.frame));
    int[] used = new int[scan.geometry().positions()];
    for (CountedFrame frame : frames) {
      int k = used[frame.position()]++;
      lines[frame.position() * perPosition + k] = line.apply(frame);
    }
    return String.join("\n", lines) + "\n";
  }

  /** Writes the scan of a file once more. */
  private void writeAgain(Path theirs, Path ours) throws IOException {
    try (CountedFile in = new CountedFile(theirs);
        CountedFileWriter writer =
            new CountedFileWriter(dir.resolve("again.part"), Scan.CAMERA, false)) {
      long events = 0;
      int width = in.geometry().width();
      int entries = in.geometry().positions() * in.framesPerPosition();
      for (int e = 0; e < entries; e++) {
        int position = e / in.framesPerPosition();
        CountedFrame frame =
            new CountedFrame(IntList.of(in.events(position, e % in.framesPerPosition())));
        frame.frame = e;
        frame.width = width;
        frame.height = in.geometry().height();
        frame.x = position % width;
        frame.y = position / width;
        writer.add(frame);
        events += frame.events.size();
      }
      Thresholds thresholds = in.thresholds();
      Calibration.Fit fit =
          new Calibration.Fit(
              in.number("background_threshold_n_sigma").orElseThrow(),
              in.number("x_ray_threshold_n_sigma").orElseThrow(),
              20,
              (int) in.number("number_of_samples").orElseThrow(),
              1,
              in.number("min_sample").orElseThrow(),
              in.number("max_sample").orElseThrow(),
              in.number("mean").orElseThrow(),
              in.number("variance").orElseThrow(),
              in.number("std_dev").orElseThrow(),
              0,
              (int) in.number("number_of_bins").orElseThrow(),
              1,
              in.number("optimized_mean").orElseThrow(),
              in.number("optimized_std_dev").orElseThrow(),
              0.01,
              1);
      Drops drops = new Drops();
      drops.add(DropReason.LATE);
      writer.finish(
          new ScanReport(
              101,
              in.geometry(),
              in.framesPerPosition(),
              entries,
              0,
              0,
              new long[4],
              events,
              0,
              0,
              drops,
              ScanReport.EndedBy.ALL_FRAMES,
              Instant.EPOCH,
              Instant.EPOCH,
              Calibration.fitted(101, thresholds, fit)),
          Scan.PROVENANCE,
          Layout.VLEN,
          ours);
    }
  }

  /** What h5dump prints, without the file's name. */
  private static String h5dump(Path file, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("h5dump"));
    command.addAll(List.of(options));
    command.add(file.toString());
    String printed = run(command);
    return printed.substring(printed.indexOf('\n') + 1);
  }

  /** Runs a script over the open file {@code f}; returns what it prints. */
  private String python(String script, Path file, String mode) throws Exception {
    Path program = dir.resolve("script.py");
    Files.writeString(
        program,
        "import h5py, json, numpy, zlib\nf = h5py.File('%s', '%s')\n%sf.close()\n"
            .formatted(file, mode, script));
    return run(List.of(PYTHON, program.toString()));
  }

  private static String run(List<String> command) throws Exception {
    Path output = Files.createTempFile("output", ".txt");
    try {
      Process process;
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("PYTHONIOENCODING", "utf-8");
        process = builder.start();
      } catch (IOException e) {
        throw new AssertionError(
            "%s is needed: install the packages hdf5-tools and python3-h5py"
                .formatted(command.get(0)),
            e);
      }
      boolean ended = process.waitFor(2, TimeUnit.MINUTES);
      process.destroyForcibly();
      String printed = Files.readString(output, StandardCharsets.UTF_8);
      assertThat(ended).as("%s ended; it printed %s", command, printed).isTrue();
      assertThat(process.exitValue())
          .as("status of %s; it printed %.2000s", command, printed)
          .isZero();
      return printed;
    } finally {
      Files.delete(output);
    }
  }

  private static Stream<String> lines(String text) {
    return text.lines().filter(l -> !l.isBlank());
  }
}
