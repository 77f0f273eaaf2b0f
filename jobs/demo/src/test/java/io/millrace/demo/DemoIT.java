package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.demo.Sandbox.Result;
import io.millrace.demo.Vectors.Counted;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.Thresholds;
import io.millrace.detector.raw.RawFileName;
import io.millrace.detector.raw.RawFileWriter;
import io.millrace.hdf5.CountedFile;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.ReferenceCounter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

/**
 * The whole system as a user meets it: {@code scripts/demo} from the packaged programs, with real
 * processes. After every test nothing of it may be left.
 */
@Execution(ExecutionMode.CONCURRENT)
class DemoIT {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");
  private static final int ALL = (1 << CAMERA.modules()) - 1;

  @TempDir Path dir;
  private Sandbox sandbox;

  @RegisterExtension
  final TestExecutionExceptionHandler showOutput =
      (context, failure) -> {
        if (failure instanceof TestAbortedException) {
          throw failure;
        }
        throw new AssertionError(failure.getMessage() + "\n" + sandbox.printed(), failure);
      };

  @BeforeEach
  void makeSandbox() {
    sandbox = new Sandbox(dir);
  }

  @AfterEach
  void nothingIsLeft() {
    List<String> left = sandbox.left();
    sandbox.close();
    assertThat(left).as("left over").isEmpty();
  }

  // ---- Results -------------------------------------------------------------------------------

  @Test
  void simulatedScanIsCalibratedCountedAndPictured() throws Exception {
    Result demo = sandbox.demo("--scan=16x16", "--json");
    assertThat(demo.status()).isZero();
    JsonNode json = demo.json();
    assertThat(json.path("frames_complete").asInt()).isEqualTo(17 * 16);
    assertThat(json.path("frames_incomplete").asInt()).isZero();
    assertThat(json.path("accounted_for").asBoolean()).isTrue();
    assertThat(json.path("threshold_calculated").asBoolean()).isTrue();
    assertThat(json.path("background_threshold").asDouble()).isBetween(24.0, 33.0);

    try (CountedFile file = counted(demo)) {
      assertThat(file.scan()).isEqualTo(1);
      assertThat(file.complete()).isEqualTo(17 * 16);
      assertThat(masks(file)).containsOnly(ALL);
      long events = lists(file).stream().mapToLong(list -> list.length).sum();
      assertThat(events).isPositive().isEqualTo(json.path("events").asLong());
    }
    Map<String, BufferedImage> pictures = new TreeMap<>();
    for (JsonNode path : json.path("pictures")) {
      BufferedImage picture = ImageIO.read(Path.of(path.asText()).toFile());
      assertThat(picture).as("%s is a picture", path).isNotNull();
      pictures.put(path.asText().replaceFirst(".*/FOURD_\\d+_\\d+_\\d+_\\d+_", ""), picture);
      assertThat(levels(picture)).as("colours of %s", path).hasSizeGreaterThan(10);
    }
    assertThat(pictures.keySet())
        .containsExactly(
            "annular_dark_field.png",
            "bright_field.png",
            "calibration.png",
            "com_x.png",
            "com_y.png",
            "dpc_phase.png",
            "radial_profile.png",
            "sum_pattern.png",
            "total_counts.png");
    // The flyback column is not pictured.
    assertThat(pictures.get("bright_field.png"))
        .matches(picture -> picture.getWidth() == picture.getHeight(), "is square");
  }

  /** What could not be counted is kept, and counted from there. */
  @Test
  void aScanThatCannotBeCalibratedIsKeptAndStreamedAgain() throws Exception {
    Result failed =
        sandbox.demo(
            "--scan=8x8", "--job=--background-sigmas=50", "--job=--xray-sigmas=1", "--json");
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.err())
        .contains("the scan was not counted: the background threshold", "not below the x-ray")
        .contains("Its sectors are kept in " + sandbox.output);
    JsonNode json = failed.json();
    assertThat(json.path("accounted_for").asBoolean(true)).isFalse();
    assertThat(json.path("not_counted").asText()).contains("not below the x-ray threshold");
    Path folder = Path.of(json.path("raw_files").asText());

    Result again = sandbox.demo("--input=" + folder, "--json");
    assertThat(again.status()).isZero();
    assertThat(again.json().path("frames_complete").asInt()).isEqualTo(9 * 8);
    assertThat(again.json().path("events").asInt()).isPositive();
  }

  @Test
  void completeScanIsWhatStempyCounts() throws Exception {
    Path folder = Vectors.folder("scan_6x4");
    Counted expected = Vectors.counted(folder);
    Result demo = demoOf(folder, expected.thresholds());
    assertThat(demo.status()).isZero();
    assertThat(demo.json().path("frames_complete").asInt()).isEqualTo(24);
    try (CountedFile file = counted(demo)) {
      assertThat(lists(file)).containsExactlyElementsOf(expected.lists());
      assertThat(masks(file)).containsOnly(ALL);
    }
    Path ours = Path.of(demo.json().path("file").asText());
    h5dumpSeesWhatStempyWrites(ours, folder.resolve("stempy.h5"));
    h5pyOpensIt(ours, expected);
  }

  /**
   * What h5dump prints of both files is the same, to the last event. Two things differ: ours has
   * the group /millrace, and of the metadata only the thresholds and that they are given; stempy's
   * has more because it calculated them.
   */
  private void h5dumpSeesWhatStempyWrites(Path ours, Path theirs) throws Exception {
    for (String[] part : new String[][] {{"-a", "/version"}, {"-g", "/electron_events"}}) {
      assertThat(h5dump(ours, part)).as(part[1]).isEqualTo(h5dump(theirs, part));
    }
    assertThat(h5dump(ours, "-n").lines().filter(line -> !line.contains("/millrace")))
        .containsExactlyElementsOf(h5dump(theirs, "-n").lines().toList());
    Map<String, String> metadata = metadataTypes(ours);
    assertThat(metadata)
        .containsOnlyKeys("background_threshold", "threshold_calculated", "x_ray_threshold");
    assertThat(metadataTypes(theirs)).containsAllEntriesOf(metadata);
  }

  /** The types of the metadata's attributes, by their names. */
  private Map<String, String> metadataTypes(Path file) throws Exception {
    Map<String, String> types = new TreeMap<>();
    for (String attribute : h5dump(file, "-H", "-g", "/metadata").split("ATTRIBUTE \"")) {
      int name = attribute.indexOf('"');
      if (attribute.startsWith("HDF5")) {
        continue;
      }
      types.put(attribute.substring(0, name), attribute.substring(name).replaceAll("[\\s}]+", " "));
    }
    return types;
  }

  /** What h5dump prints, without the file's name. */
  private String h5dump(Path file, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("h5dump"));
    command.addAll(List.of(options));
    command.add(file.toString());
    Result dump = sandbox.run(command.toArray(String[]::new));
    assertThat(dump.status()).isZero();
    return dump.out().replace(file.toString(), "FILE");
  }

  /** As stempy's reader does it. */
  private void h5pyOpensIt(Path file, Counted expected) throws Exception {
    String script =
        """
        import h5py, sys
        with h5py.File(sys.argv[1], 'r') as f:
            assert f.attrs['version'] == 3
            frames = f['electron_events/frames']
            positions = f['electron_events/scan_positions']
            print(positions.attrs['Nx'], positions.attrs['Ny'], frames.attrs['Nx'], frames.attrs['Ny'])
            print(repr(f['metadata/electron_counting'].attrs['background_threshold'].item()))
            print(sum(int(events.sum()) for events in frames[()]))
        """;
    Result python = sandbox.run("/usr/bin/python3", "-c", script, file.toString());
    long sum = expected.lists().stream().flatMapToInt(Arrays::stream).asLongStream().sum();
    assertThat(python.err()).isEmpty();
    assertThat(python.out())
        .isEqualTo("6 4 576 576\n%s\n%d\n".formatted(expected.thresholds().background(), sum));
  }

  @Test
  void missingSectorsAreZerosAndInTheMasks() throws Exception {
    Path folder = Vectors.folder("scan_6x4_missing");
    Counted expected = Vectors.counted(folder);
    int[] masks = new int[24];
    Arrays.fill(masks, ALL);
    JsonNode dropped =
        new ObjectMapper().readTree(folder.resolve("dropped_sector_frame.json").toFile());
    for (JsonNode pair : dropped) {
      masks[pair.get(1).asInt()] &= ~(1 << pair.get(0).asInt());
    }

    Result demo = demoOf(folder, expected.thresholds());
    assertThat(demo.status()).isZero();
    JsonNode json = demo.json();
    assertThat(json.path("frames_expected").asInt()).isEqualTo(24);
    assertThat(json.path("frames_complete").asInt()).isEqualTo(count(masks, m -> m == ALL));
    assertThat(json.path("frames_incomplete").asInt())
        .isEqualTo(count(masks, m -> m != ALL && m != 0));
    assertThat(json.path("frames_absent").asInt()).isEqualTo(count(masks, m -> m == 0)).isOne();
    assertThat(json.path("messages_received").asInt()).isEqualTo(24 * 4 - dropped.size());
    assertThat(json.path("messages_dropped").asInt()).isZero();
    try (CountedFile file = counted(demo)) {
      // In this scan, frame f stands at position f.
      assertThat(masks(file)).containsExactly(masks);
      assertThat(lists(file)).containsExactlyElementsOf(expected.lists());
      for (int p = 0; p < masks.length; p++) {
        assertThat(file.frameNumber(p, 0)).isEqualTo(p == 11 ? -1 : p);
      }
      assertThat(masks[11]).isZero();
    }
  }

  private static int count(int[] masks, IntPredicate which) {
    return (int) Arrays.stream(masks).filter(which).count();
  }

  /** stempy's order within a position is a race; ours ascends by frame number. */
  @Test
  void twoFramesOfAPositionAreKeptApart() throws Exception {
    Path folder = Vectors.folder("scan_3x2_f2");
    Counted expected = Vectors.counted(folder);
    Result demo = demoOf(folder, expected.thresholds(), "--job=--frames-per-position=2");
    assertThat(demo.status()).isZero();
    assertThat(demo.json().path("frames_complete").asInt()).isEqualTo(12);
    try (CountedFile file = counted(demo)) {
      List<int[]> lists = lists(file);
      assertThat(lists).hasSize(12);
      for (int p = 0; p < 6; p++) {
        assertThat(lists.subList(2 * p, 2 * p + 2))
            .as("position %d", p)
            .containsExactlyInAnyOrderElementsOf(expected.lists().subList(2 * p, 2 * p + 2));
        assertThat(file.frameNumber(p, 0)).isLessThan(file.frameNumber(p, 1)).isNotNegative();
      }
      assertThat(masks(file)).containsOnly(ALL);
    }
  }

  /** Also the way of files of version 3: every module takes its rows of the full frames. */
  @Test
  void calibrationIsStempys() throws Exception {
    ByteBuffer pixels =
        Vectors.numbers(Vectors.folder("frames").resolve("frames_8x576x576.u16le.gz"));
    Path input = Files.createDirectories(dir.resolve("input"));
    try (RawFileWriter writer = new RawFileWriter(input.resolve("data_scan0000000103.data"))) {
      for (int f = 0; f < 8; f++) {
        ByteBuffer frame = pixels.slice(f * CAMERA.frameBytes(), CAMERA.frameBytes());
        writer.write(new SectorHeader().set(103, f, 4, 2, f % 4, f / 4, 0, 0), frame);
      }
    }
    JsonNode expected = null;
    for (JsonNode vector :
        new ObjectMapper()
            .readTree(Vectors.folder("thresholds").resolve("thresholds.json").toFile())) {
      if (vector.path("name").asText().equals("frames8_each_once")) {
        expected = vector.path("result");
      }
    }
    assertThat(expected).isNotNull();

    Result demo =
        sandbox.demo("--input=" + input, "--version=3", "--job=--calibration-frames=8", "--json");
    assertThat(demo.status()).isZero();
    for (String threshold : List.of("background_threshold", "x_ray_threshold")) {
      assertThat(demo.json().path(threshold).asDouble())
          .as(threshold)
          .isCloseTo(expected.path(threshold).asDouble(), within(1e-6));
    }
    assertThat(demo.json().path("frames_complete").asInt()).isEqualTo(8);
    try (CountedFile file = counted(demo)) {
      assertThat(file.number("number_of_samples")).hasValue(8);
    }
  }

  /** Against the definition of counting, on the same frames without the faults. */
  @Test
  void lostDoubledAndShuffledSectorsAreAccountedFor() throws Exception {
    Thresholds thresholds = new Thresholds(28.5, 1000);
    Path frames = dir.resolve("frames");
    assertThat(
            sandbox
                .run(Sandbox.script("millrace"), "producer", "--simulate=12x8", "--write=" + frames)
                .status())
        .isZero();

    Result demo =
        sandbox.demo(
            "--scan=12x8",
            "--background=" + thresholds.background(),
            "--xray=" + thresholds.xray(),
            "--producer=--lose-sectors=0.05",
            "--producer=--duplicate=0.05",
            "--producer=--reorder=8",
            "--json");
    assertThat(demo.status()).isZero();
    int lost = 0;
    try (CountedFile file = counted(demo)) {
      int[] masks = masks(file);
      assertThat(masks).hasSize(13 * 8);
      Map<Long, byte[]> whole = RawFrames.read(frames);
      assertThat(whole).hasSize(masks.length);
      ReferenceCounter counter =
          new ReferenceCounter(CAMERA.rows(), CAMERA.columns(), Corrections.NONE);
      for (int p = 0; p < masks.length; p++) {
        byte[] frame = whole.get((long) p);
        lost += CAMERA.modules() - Integer.bitCount(masks[p]);
        RawFrames.blank(frame, masks[p]);
        assertThat(file.events(p, 0))
            .as("frame %d, mask %d", p, masks[p])
            .containsExactly(counter.count(frame, thresholds).toArray());
      }
    }
    String producers = sandbox.partLogs("producer-");
    JsonNode json = demo.json();
    int doubled = sum("(\\d+) sectors sent twice", producers);
    assertThat(doubled).isPositive();
    assertThat(lost).isPositive().isEqualTo(sum("(\\d+) sectors lost", producers));
    assertThat(json.path("messages_received").asInt()).isEqualTo(13 * 8 * 4 - lost + doubled);
    assertThat(json.path("dropped").path("duplicate").asInt()).isEqualTo(doubled);
    assertThat(json.path("messages_dropped").asInt()).isEqualTo(doubled);
    assertThat(json.path("frames_incomplete").asInt()).isPositive();
  }

  private static int sum(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .mapToInt(m -> Integer.parseInt(m.group(1)))
        .sum();
  }

  // ---- A cluster that stays --------------------------------------------------------------------

  @Test
  void keptClusterTakesMoreJobs() throws Exception {
    Path folder = Vectors.folder("scan_3x2_f2");
    Result demo = demoOf(folder, Vectors.counted(folder).thresholds(), "--keep");
    assertThat(demo.status()).isZero();
    Path run = Path.of(found("MILLRACE_RUN=(\\S+) scripts/flink stop", demo.err()));
    String pids = found("kill ([0-9 ]+)", demo.err());

    Process job = sandbox.start(run, submission("--scans=1"));
    assertThat(
            sandbox
                .run(
                    Sandbox.script("millrace"),
                    "producer",
                    "--simulate=8x8",
                    "--scan-number=7",
                    "--aggregator=tcp://127.0.0.1:" + sandbox.producerPort)
                .status())
        .isZero();
    assertThat(sandbox.result(job).status()).isZero();
    String second =
        sandbox.outputs().stream().filter(f -> f.endsWith("_00007.h5")).findFirst().orElseThrow();
    assertThat(second).as("the next id").matches("FOURD_.*_00002_00007\\.h5");
    try (CountedFile file = new CountedFile(sandbox.output.resolve(second))) {
      assertThat(file.complete()).isEqualTo(9 * 8);
      assertThat(file.text("ended_by")).hasValue("announced");
    }

    Result endless = sandbox.result(sandbox.start(run, submission("--scans=0")));
    String id = found("JobID ([0-9a-f]{32})", endless.out());
    assertThat(flink(run, "list", "--all").out()).contains(id);
    assertThat(flink(run, "cancel", id).status()).isZero();
    await()
        .atMost(Sandbox.DEADLINE)
        .untilAsserted(() -> assertThat(flink(run, "list").out()).contains("No running jobs"));

    assertThat(flink(run, "stop").status()).isZero();
    List<String> kill = new ArrayList<>(List.of("kill"));
    kill.addAll(List.of(pids.split(" ")));
    assertThat(sandbox.run(kill.toArray(String[]::new)).status()).isZero();
    await().atMost(Sandbox.DEADLINE).untilAsserted(() -> assertThat(sandbox.left()).isEmpty());
  }

  /** Submits the counting job; the client waits for its end if there will be one. */
  private List<String> submission(String scans) {
    List<String> command = new ArrayList<>(List.of(Sandbox.script("flink"), "run"));
    if (scans.equals("--scans=0")) {
      command.add("--detached");
    }
    command.addAll(
        List.of(
            Sandbox.ROOT.resolve("jobs/counting/target/millrace-counting.jar").toString(),
            scans,
            "--output=" + sandbox.output,
            "--lanes-at=tcp://127.0.0.1:" + sandbox.lanePort,
            "--zookeeper=127.0.0.1:" + sandbox.zookeeperPort));
    return command;
  }

  private Result flink(Path run, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(Sandbox.script("flink")));
    command.addAll(List.of(arguments));
    return sandbox.result(sandbox.start(run, command));
  }

  private static String found(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as("%s in: %s", pattern, text).isTrue();
    return matcher.group(1);
  }

  // ---- What is wrong
  // -----------------------------------------------------------------------------

  /** Bad files beside good ones are named and left out; what is whole is counted. */
  @Test
  void badFilesAreNamedAndTheRestIsCounted() throws Exception {
    Path folder = Vectors.folder("scan_3x2_f2");
    Counted expected = Vectors.counted(folder);
    Path input = dir.resolve("input");
    Vectors.unpack(folder, input);
    Path truncated = input.resolve(RawFileName.compose(102, 1, 0));
    try (RandomAccessFile file = new RandomAccessFile(truncated.toFile(), "rw")) {
      file.setLength(file.length() - 1000);
    }
    Path nameless = Files.createFile(input.resolve("data_scan0000000102.data"));
    Path disagrees = input.resolve(RawFileName.compose(102, 2, 1));
    writeSector(disagrees, new SectorHeader().set(102, 0, 5, 5, 0, 0, 0, 2));

    Result demo = demo(input, expected.thresholds());
    assertThat(demo.status()).isZero();
    assertThat(demo.json().path("frames_complete").asInt()).isEqualTo(11);
    assertThat(demo.json().path("frames_incomplete").asInt()).isEqualTo(1);
    assertThat(demo.json().path("messages_received").asInt()).isEqualTo(47);
    String logs = sandbox.partLogs("producer-");
    for (String log : List.of(demo.err(), logs)) {
      assertThat(log)
          .contains(truncated + ": ends within record 11")
          .contains(nameless + ": the name does not tell the module")
          .contains(disagrees + ": 1 records")
          .contains("they say 5 x 5, most records 3 x 2");
    }
  }

  private static void writeSector(Path file, SectorHeader header) throws IOException {
    try (RawFileWriter writer = new RawFileWriter(file)) {
      writer.write(header, ByteBuffer.allocate(CAMERA.sectorBytes()));
    }
  }

  @ParameterizedTest
  @CsvSource({"0, --rest-port", "1, --zookeeper-port", "4, --producer-port", "17, --lane-port"})
  void portInUseIsNamed(int offset, String option) throws Exception {
    int port = sandbox.restPort + offset;
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(taken.isBound()).isTrue();
      refused(1, sandbox.demo(), "port %d is in use".formatted(port), option);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--xray=20 --background=20 | --xray (20.0 ADU) has to be above --background (20.0 ADU)",
        "--xray=20                 | --background and --xray go together",
        "--lanes=0                 | 0 lanes: at least 1 is needed",
        "--scan=0x5                | --scan is of the form 64x64, not 0x5",
        "--scan=60000x60000        | a scan of 60001 x 60000 has more than",
        "--scan=4x4 --input=here   | --scan is the size of a simulated scan, and --input gives files",
        "--scan-number=-1          | --scan-number has to be 0 to 4294967295, not -1",
        "--camera=none             | no detector is named none",
        "--version=7               | version 7 are not known; give 3 (frames), 4",
        "--frobnicate              | Unknown option: '--frobnicate'",
      })
  void impossibleOptionIsNamed(String options, String message) throws Exception {
    refused(2, sandbox.demo(options.split(" ")), message, "see scripts/demo --help");
  }

  @Test
  void inputThatIsNotThere() throws Exception {
    Path input = dir.resolve("nowhere");
    refused(
        1, sandbox.demo("--input=" + input), input.toString(), "cannot be listed", "give one with");
  }

  @Test
  void inputWithoutRawFiles() throws Exception {
    Path input = Files.createDirectories(dir.resolve("input"));
    Files.createFile(input.resolve("data_scan0000000102_module0_000.data.gz"));
    refused(1, sandbox.demo("--input=" + input), input.toString(), "ends with .data", "unpacked");
  }

  @Test
  void inputWithoutAModuleInAnyName() throws Exception {
    Path file = Files.createDirectories(dir.resolve("input")).resolve("data_scan1.data");
    writeSector(file, new SectorHeader().set(1, 0, 1, 1, 0, 0, 0, 0));
    refused(
        1,
        sandbox.demo("--input=" + file.getParent()),
        file.toString(),
        "the name does not tell the module",
        "call it something like");
  }

  @Test
  void inputOfTwoScans() throws Exception {
    Path input = Files.createDirectories(dir.resolve("input"));
    for (int scan : new int[] {5, 6}) {
      writeSector(
          input.resolve(RawFileName.compose(scan, 0, 0)),
          new SectorHeader().set(scan, 0, 1, 1, 0, 0, 0, 0));
    }
    refused(1, sandbox.demo("--input=" + input), "several scans, [5, 6]", "--scan-number");
  }

  @Test
  void inputThatCannotBeRead() throws Exception {
    Path file = Files.createDirectories(dir.resolve("input")).resolve(RawFileName.compose(1, 0, 0));
    writeSector(file, new SectorHeader().set(1, 0, 1, 1, 0, 0, 0, 0));
    assertThat(file.toFile().setReadable(false, false)).isTrue();
    assumeFalse(Files.isReadable(file), "this user (root) reads every file");
    refused(
        1,
        sandbox.demo("--input=" + file.getParent()),
        file.toString(),
        "cannot be read",
        "check its permissions");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/below"})
  void outputThatIsAFile(String below) throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    refused(
        1,
        sandbox.demo("--output=" + file + below),
        "the output directory %s%s cannot be made".formatted(file, below),
        "give another --output");
  }

  /** Nothing was started: a status, and one line that says all. */
  private void refused(int status, Result demo, String... parts) throws IOException {
    assertThat(demo.status()).isEqualTo(status);
    assertThat(demo.err().lines()).hasSize(1);
    assertThat(demo.err()).startsWith("demo: ").contains(parts);
    assertThat(demo.out()).doesNotContain("Starting");
    assertThat(sandbox.outputs()).isEmpty();
    assertThat(sandbox.run).doesNotExist();
  }

  @Test
  void interruptEndsEverything() throws Exception {
    // As a terminal does it: all of a process group get the signal. A shell that runs the tests in
    // the background has them ignore it, which env undoes.
    List<String> command = new ArrayList<>(List.of("setsid", "env", "--default-signal=INT"));
    command.addAll(sandbox.demoCommand("--scan=64x64", "--producer=--rate=200"));
    Process demo = sandbox.start(sandbox.run, command);
    await()
        .atMost(Sandbox.DEADLINE)
        .until(
            () ->
                !demo.isAlive()
                    || Pattern.compile("[1-9]\\d* of 4,160 frames")
                            .matcher(sandbox.printed())
                            .find()
                        && sandbox.outputs().stream().anyMatch(f -> f.endsWith(".part")));
    assertThat(demo.isAlive()).as("mid-scan: %s", sandbox.printed()).isTrue();

    assertThat(new ProcessBuilder("kill", "-INT", "--", "-" + demo.pid()).start().waitFor())
        .isZero();
    Result ended = sandbox.result(demo);
    assertThat(ended.status()).isEqualTo(130);
    assertThat(ended.err().lines()).containsExactly("demo: interrupted; stopping what was started");
    assertThat(sandbox.outputs()).isEmpty();
  }

  // ---- Shared
  // --------------------------------------------------------------------------------------

  private Result demoOf(Path vectors, Thresholds thresholds, String... options) throws Exception {
    Path input = dir.resolve("input");
    Vectors.unpack(vectors, input);
    return demo(input, thresholds, options);
  }

  private Result demo(Path input, Thresholds thresholds, String... options) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--input=" + input,
                "--background=" + thresholds.background(),
                "--xray=" + thresholds.xray(),
                "--json"));
    all.addAll(List.of(options));
    return sandbox.demo(all.toArray(String[]::new));
  }

  private static CountedFile counted(Result demo) throws IOException {
    return new CountedFile(Path.of(demo.json().path("file").asText()));
  }

  /** The events of every entry, in the order of the file. */
  private static List<int[]> lists(CountedFile file) {
    List<int[]> lists = new ArrayList<>();
    for (int e = 0; e < file.geometry().positions() * file.framesPerPosition(); e++) {
      lists.add(file.events(e / file.framesPerPosition(), e % file.framesPerPosition()));
    }
    return lists;
  }

  private static int[] masks(CountedFile file) {
    return IntStream.range(0, file.geometry().positions() * file.framesPerPosition())
        .map(e -> file.mask(e / file.framesPerPosition(), e % file.framesPerPosition()))
        .toArray();
  }

  private static Set<Integer> levels(BufferedImage picture) {
    Set<Integer> levels = new HashSet<>();
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        levels.add(picture.getRGB(x, y));
      }
    }
    return levels;
  }
}
