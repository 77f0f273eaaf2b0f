package io.millrace.counting;

import io.millrace.coordination.SessionAddress;
import io.millrace.detector.Calibration;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.Thresholds;
import io.millrace.detector.wire.Lanes;
import io.millrace.hdf5.Layout;
import io.millrace.operators.calibration.CalibrationSettings;
import io.millrace.operators.calibration.ThresholdFit;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.CountingSettings;
import io.millrace.operators.counting.Discriminators;
import io.millrace.operators.counting.RowDark;
import io.millrace.operators.images.DpcPhase;
import io.millrace.operators.images.ScanImages;
import io.millrace.operators.images.VirtualDetector;
import io.millrace.references.BadPixels;
import io.millrace.references.CalibrationFile;
import io.millrace.references.ReferenceMap;
import io.millrace.zeromq.sink.ZeroMqSink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.flink.util.TimeUtils;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/**
 * The options of the counting job: names, defaults, units and descriptions stand here and nowhere
 * else.
 */
@Command(
    name = "flink run millrace-counting.jar",
    description =
        "Counts the electrons of scans that come through an aggregator's lanes, and writes one"
            + " HDF5 file a scan.",
    sortOptions = false,
    usageHelpAutoWidth = true)
public final class CountingOptions {
  /** Rings that fit the 4D Camera; on a smaller one some may be empty. */
  private static final List<String> USUAL_DETECTORS =
      List.of("bright_field,0,110", "annular_dark_field,120,280");

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  boolean help;

  private static final int USUAL_LANES = 2;

  /** Of plain producers, for which waiting brings nothing back. */
  private static final Duration PLAIN_FRAME_TIMEOUT = Duration.ofSeconds(30);

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Directory for the counted files, the same on all nodes. Required.")
  Path output;

  @Option(
      names = "--id",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "The number in the files' names, 1 to 99,999; 0 takes the next free one of the directory."
              + " Default: ${DEFAULT-VALUE}.")
  int id;

  @Option(
      names = "--lanes-at",
      paramLabel = "tcp://HOST:PORT",
      description =
          "The aggregator's --lane-address: lane l of module m is at PORT + l * modules + m. If it is"
              + " not given, the lanes are those of the session's aggregator, which is found in"
              + " ZooKeeper; the session is opened, told what becomes of its scans, and ends the job"
              + " when it is drained.")
  String lanesAt;

  @Option(
      names = "--lanes",
      paramLabel = "N",
      description =
          "Number of lanes at --lanes-at, as the aggregator has them; a session tells it. Default: "
              + USUAL_LANES
              + ".")
  Integer lanes;

  @Option(
      names = "--camera",
      paramLabel = "NAME|FILE",
      defaultValue = "4d-camera",
      description =
          "The camera: a name of conf/detectors, or the path of a description in YAML."
              + " Default: ${DEFAULT-VALUE}.")
  String camera;

  @Option(
      names = "--session",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "Name of the session, recorded with the results. Default: ${DEFAULT-VALUE}.")
  String session;

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      defaultValue = "5min",
      description =
          "How long to wait for ZooKeeper, and for the session's aggregator."
              + " Default: ${DEFAULT-VALUE}.")
  Duration wait;

  @Option(
      names = "--scan",
      paramLabel = "N",
      description =
          "Take only this detector scan number, and drop all others as foreign; may be repeated."
              + " Default: all are taken.")
  Set<Long> scan = new LinkedHashSet<>();

  @Option(
      names = "--scans",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "End the job after this many scans; 0 never ends it. Every lane has to hear of a scan, as"
              + " our aggregator sees to. Default: ${DEFAULT-VALUE}.")
  int scans;

  @Option(
      names = "--frames-per-position",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Frames that each position should have, so that absent ones are known, and a scan that"
              + " nobody announced can end when it has them all; 0 takes the most that any position"
              + " got. Default: ${DEFAULT-VALUE}.")
  int framesPerPosition;

  @Option(
      names = "--background",
      paramLabel = "ADU",
      description =
          "Values up to this are noise. With --xray. Without thresholds, given or by --calibration,"
              + " each scan is calibrated.")
  Double background;

  @Option(
      names = "--xray",
      paramLabel = "ADU",
      description = "Values from this on are x-rays. With --background.")
  Double xray;

  @Option(
      names = "--calibration",
      paramLabel = "FILE",
      description =
          "Takes the thresholds of an earlier scan: its counted file, or JSON with background, xray"
              + " and perhaps level. In place of --background and --xray.")
  Path calibrationFile;

  @Option(
      names = "--dark",
      paramLabel = "FILE[:/DATASET]",
      description =
          "Dark reference in ADU, subtracted from each pixel: .npy, TIFF, or a data set of an HDF5"
              + " file; see docs/REFERENCES.md. Read once, where the job is submitted.")
  String darkFile;

  @Option(
      names = "--gain",
      paramLabel = "FILE[:/DATASET]",
      description = "Gain map, by which each pixel is divided; files as for --dark.")
  String gainFile;

  @Option(
      names = "--bad-pixels",
      paramLabel = "FILE[:/DATASET]",
      description =
          "Pixels that are never lit and never block: a map in which they are not 0 (files as for"
              + " --dark), a .txt or .csv with lines row,column, or a counted file for its hot"
              + " pixels.")
  String badPixelsFile;

  @Option(
      names = "--row-dark",
      paramLabel = "mean|median",
      description =
          "Multiplies each half-row by level / its mean or median. Default: rows stay as they are.")
  RowDark rowDark;

  @Option(
      names = "--row-dark-level",
      paramLabel = "ADU",
      description =
          "The level of --row-dark. Default: the calibration's centre of the noise; given"
              + " thresholds have none.")
  Double rowDarkLevel;

  @Option(
      names = "--centroids",
      description = "Adds a sub-pixel position and the charge to each event. Default: off.")
  boolean centroids;

  @Option(
      names = "--calibration-frames",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "A scan is calibrated from its first N complete frames. Default: ${DEFAULT-VALUE}.")
  int calibrationFrames;

  @Option(
      names = "--background-sigmas",
      paramLabel = "X",
      defaultValue = "4.5",
      description =
          "Calibrated background threshold = centre + X * width of the noise."
              + " Default: ${DEFAULT-VALUE}.")
  double backgroundSigmas;

  @Option(
      names = "--xray-sigmas",
      paramLabel = "X",
      defaultValue = "175",
      description =
          "Calibrated x-ray threshold = mean + X * standard deviation of all pixels."
              + " Default: ${DEFAULT-VALUE}.")
  double xraySigmas;

  @Option(
      names = "--calibration-quiet",
      paramLabel = "DURATION",
      defaultValue = "2s",
      description =
          "If no more of the scan comes for this time, it is calibrated from fewer frames."
              + " Default: ${DEFAULT-VALUE}.")
  Duration calibrationQuiet;

  @Option(
      names = "--calibration-timeout",
      paramLabel = "DURATION",
      defaultValue = "60s",
      description =
          "If no frame is complete after this time, the scan is not counted; see --uncounted."
              + " Default: ${DEFAULT-VALUE}.")
  Duration calibrationTimeout;

  @Option(
      names = "--uncounted",
      paramLabel = "DIR",
      description =
          "Where the sectors of a scan go that cannot be calibrated, as raw files that can be"
              + " streamed again: DIR/SESSION/scan<number>, with the reason beside them; SESSION-2 and so"
              + " on if an earlier job had the session. The same on"
              + " all nodes. Default: uncounted in the directory of --output.")
  Path uncounted;

  @Option(
      names = "--zookeeper",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:2181",
      description =
          "ZooKeeper, in which the session is found, and which shares calibrations and masks; not"
              + " used with --lanes-at and given thresholds unless --mask-hot-pixels is set."
              + " Default: ${DEFAULT-VALUE}.")
  String zookeeper;

  @Option(
      names = "--mask-hot-pixels",
      description =
          "Leave out the pixels that the earlier scans of this job have shown to be hot: they are"
              + " never events, and block none. Default: hot pixels are only listed.")
  boolean maskHotPixels;

  @Option(
      names = "--detector",
      paramLabel = "NAME,INNER,OUTER[,X,Y]",
      description =
          "A virtual detector: a ring with radii in pixels around column X, row Y (default: the"
              + " frame's centre), inner radius included; an image of the scan is made of each."
              + " May be repeated. Default: bright_field,0,110 and annular_dark_field,120,280.")
  List<String> detectors = USUAL_DETECTORS;

  @Option(
      names = "--dpc-rotation",
      paramLabel = "DEGREES",
      defaultValue = "0",
      description =
          "Rotates the centre of mass into the scan's axes before the phase is made of it: clockwise"
              + " in the pictures. Default: ${DEFAULT-VALUE}.")
  double dpcRotation;

  @Option(
      names = "--dpc-flip",
      description =
          "The detector sees the scan mirrored: turns the centre of mass upside down before it is"
              + " rotated.")
  boolean dpcFlip;

  @Option(
      names = "--live",
      paramLabel = "tcp://HOST:PORT",
      description =
          "Shows scans while they run to the gateway that listens there (its --live-listen); the"
              + " stream waits for nobody, and goes on when no gateway is there. Default: nobody is"
              + " shown anything.")
  private String live;

  @Option(
      names = "--layout",
      paramLabel = "vlen|flat|both",
      defaultValue = "vlen",
      description =
          "How events lie in the file: as a list a frame, which today's programs read, or flat and"
              + " compressed, which loads faster, in a file of its own. Default: ${DEFAULT-VALUE}.")
  Layout layout;

  @Option(
      names = "--slots",
      paramLabel = "N",
      defaultValue = "32",
      description =
          "Sectors of one lane and module that the task can hold. Memory of a lane: modules * (N +"
              + " 18) * 166 kB for the 4D Camera. Default: ${DEFAULT-VALUE}.")
  int slots;

  @Option(
      names = "--frame-timeout",
      paramLabel = "DURATION",
      description =
          "An incomplete frame leaves when nothing came for it and its neighbours for this time, or"
              + " when its scan ends. Default: --retained-timeout in a session, 30s with --lanes-at.")
  private Duration frameTimeout;

  @Option(
      names = "--scan-timeout",
      paramLabel = "DURATION",
      defaultValue = "30s",
      description =
          "A scan ends when nothing of it came for this time, even if more was announced."
              + " Default: ${DEFAULT-VALUE}.")
  Duration scanTimeout;

  @Option(
      names = "--retained-timeout",
      paramLabel = "DURATION",
      defaultValue = "5min",
      description =
          "The same, if longer, once a producer was heard that keeps its sectors (producer --retain):"
              + " so long it may be away, and what it sends again is still used."
              + " Default: ${DEFAULT-VALUE}.")
  Duration retainedTimeout;

  private CalibrationFile earlier;
  private float[] dark;
  private float[] gain;
  private boolean[] badPixels;

  /**
   * Reads and checks the arguments.
   *
   * @return the options, or null if only help was asked for and has been printed
   * @throws IllegalArgumentException if an option is unknown or impossible; says which, and what to
   *     do
   */
  static CountingOptions parse(String... args) {
    CountingOptions options = new CountingOptions();
    CommandLine command = commandLine(options);
    try {
      command.parseArgs(args);
    } catch (CommandLine.ParameterException e) {
      throw new IllegalArgumentException(e.getMessage() + "; see --help", e);
    }
    if (options.help) {
      command.usage(System.out);
      return null;
    }
    options.check();
    return options;
  }

  static CommandLine commandLine(CountingOptions options) {
    return new CommandLine(options)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Duration.class, new DurationConverter());
  }

  private void check() {
    check((background == null) == (xray == null), "--background and --xray go together; give both");
    if (background != null) {
      check(background >= 0, "--background cannot be negative: %s ADU", background);
      check(
          calibrationFile == null,
          "--calibration brings thresholds; leave it out, or --background and --xray");
      named("--background and --xray", this::thresholds);
    }
    check(id >= 0 && id <= 99_999, "--id has to be 1 to 99,999, or 0 for the next one: %d", id);
    check(
        session.matches("[A-Za-z0-9._-]+"),
        "--session '%s' has to be of letters, digits, dots, dashes and underscores",
        session);
    check(scans >= 0, "--scans cannot be negative: %d", scans);
    check(
        framesPerPosition >= 0, "--frames-per-position cannot be negative: %d", framesPerPosition);
    check(calibrationFrames >= 1, "--calibration-frames has to be at least 1");
    check(
        backgroundSigmas > 0 && Double.isFinite(backgroundSigmas),
        "--background-sigmas has to be a positive number: %s",
        backgroundSigmas);
    check(
        xraySigmas > 0 && Double.isFinite(xraySigmas),
        "--xray-sigmas has to be a positive number: %s",
        xraySigmas);
    check(slots >= 1, "--slots has to be at least 1");
    check(
        lanes == null || lanesAt != null,
        "--lanes goes with --lanes-at; without it the session's aggregator tells how many there are");
    check(lanes == null || lanes >= 1, "--lanes has to be at least 1");
    named("--camera", this::camera);
    named("--lanes-at and --lanes", this::lanes);
    loadReferences();
    checkRowDark();
    if (thresholds() == null && uncounted != null) {
      checkUncounted();
    }
    // The session may have but one lane.
    long framesOfLane = (calibrationFrames - 1L) / (lanesAt == null ? 1 : lanes().lanes()) + 1;
    check(
        thresholds() != null || slots >= framesOfLane + 4,
        "--slots %d is too few to hold the %d calibration frames that come through each lane; give"
            + " at least %d",
        slots,
        framesOfLane,
        framesOfLane + 4);
    for (Long number : scan) {
      check(
          number >= 0 && number <= 0xffff_ffffL,
          "--scan %d is not a scan number; they are 0 to 4,294,967,295",
          number);
    }
    named("--dpc-rotation", this::dpc);
    // Says if two have the same name, before any data flows.
    named(
        "--detector",
        () -> new ScanImages(camera(), virtualDetectors(), dpc(), 0, new ScanGeometry(1, 1)));
    if (live != null) {
      named("--live", this::liveSink);
      named("--detector", () -> virtualDetectors().forEach(VirtualDetector::ring));
    }
    if (detectors != USUAL_DETECTORS) {
      DetectorDescription frame = camera();
      for (VirtualDetector ring : virtualDetectors()) {
        check(
            IntStream.range(0, frame.pixels())
                .anyMatch(p -> ring.contains(p / frame.columns(), p % frame.columns())),
            "--detector %s: no pixel of the frame (%d rows, %d columns) is in this ring",
            ring.name(),
            frame.rows(),
            frame.columns());
      }
    }
  }

  /** Reads all files that options name, once. */
  private void loadReferences() {
    DetectorDescription camera = camera();
    if (calibrationFile != null) {
      named("--calibration", () -> earlier = CalibrationFile.read(calibrationFile));
    }
    if (badPixelsFile != null) {
      named("--bad-pixels", () -> badPixels = BadPixels.read(badPixelsFile, camera));
    }
    if (darkFile != null) {
      named("--dark", () -> dark = ReferenceMap.read(darkFile, camera).values(badPixels));
    }
    if (gainFile != null) {
      named("--gain", () -> gain = ReferenceMap.read(gainFile, camera).factors(badPixels));
    }
  }

  private void checkRowDark() {
    check(
        rowDark != null || rowDarkLevel == null,
        "--row-dark-level is the level of a row dark; give --row-dark mean or median as well");
    if (rowDark != null && thresholds() != null) {
      check(
          level() != null,
          "--row-dark needs --row-dark-level, since %s",
          earlier == null
              ? "--background and --xray tell nothing of the noise's centre"
              : "the --calibration does not tell the noise's centre");
    }
    check(
        level() == null || level() > 0 && Double.isFinite(level()),
        "--row-dark-level has to be a positive number: %s ADU",
        level());
    if (rowDark != null) {
      // Says if a sector has part of a half-row only, before any data flows.
      named(
          "--row-dark",
          () ->
              Discriminators.of(
                  camera(), corrections(), Calibration.given(0, new Thresholds(1, 2), 1.0)));
    }
  }

  /** Lets a complaint about a value say which option it comes from. */
  private static void named(String option, Runnable use) {
    try {
      use.run();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
    }
  }

  private static void check(boolean condition, String message, Object... arguments) {
    if (!condition) {
      throw new IllegalArgumentException(message.formatted(arguments));
    }
  }

  DetectorDescription camera() {
    return DetectorDescription.load(camera);
  }

  /** Where the lanes are; null if the session tells. */
  Lanes lanes() {
    return lanesAt == null
        ? null
        : Lanes.at(lanesAt, lanes == null ? USUAL_LANES : lanes, camera().modules());
  }

  /** Silence after which incomplete frames leave. */
  Duration frameTimeout() {
    if (frameTimeout != null) {
      return frameTimeout;
    }
    return lanesAt == null ? retainedTimeout : PLAIN_FRAME_TIMEOUT;
  }

  /**
   * Silence after which the ledger ends a scan that no lane has ended: longer than lanes and frames
   * wait for what is sent again, whatever frames are told to.
   */
  Duration ledgerTimeout() {
    Duration longest = frameTimeout();
    if (lanesAt == null && retainedTimeout.compareTo(longest) > 0) {
      longest = retainedTimeout;
    }
    return scanTimeout.plus(longest);
  }

  /** Where the session is found that tells the lanes; null if they are given. */
  SessionAddress sessionAddress() {
    return lanesAt == null ? new SessionAddress(zookeeper, session, wait) : null;
  }

  /** The given thresholds, or those of an earlier scan; null if scans are calibrated. */
  Thresholds thresholds() {
    if (earlier != null) {
      return earlier.thresholds();
    }
    return background == null ? null : new Thresholds(background, xray);
  }

  /** ADU to be subtracted from each pixel of a frame, row-major; null for none. */
  float[] dark() {
    return dark;
  }

  /** Factor for each pixel of a frame, row-major; null for none. */
  float[] gain() {
    return gain;
  }

  /** Which pixels of a frame are left out, row-major; null if there are none. */
  boolean[] badPixels() {
    return badPixels;
  }

  /**
   * The level of the row dark in ADU; null without a row dark, or if each scan's calibration finds
   * it.
   */
  Double level() {
    if (rowDark == null || rowDarkLevel != null) {
      return rowDarkLevel;
    }
    return earlier == null ? null : earlier.level();
  }

  CalibrationSettings calibration() {
    return new CalibrationSettings(
        new ThresholdFit(calibrationFrames, backgroundSigmas, xraySigmas),
        zookeeper,
        session,
        calibrationQuiet,
        calibrationTimeout,
        thresholds(),
        level(),
        maskHotPixels,
        uncounted(),
        wait);
  }

  /**
   * The directory of this session's scans that cannot be calibrated. Another job's of the same
   * session, which may have had the same scan numbers, stays as it is.
   */
  String uncounted() {
    Path all = (uncounted == null ? output.resolve("uncounted") : uncounted).toAbsolutePath();
    Path own = all.resolve(session);
    for (int n = 2; Files.exists(own); n++) {
      own = all.resolve(session + "-" + n);
    }
    return own.toString();
  }

  /** Says that nothing could be kept there while nothing has to be. */
  private void checkUncounted() {
    Path there = Path.of(uncounted()).getParent();
    while (!Files.exists(there)) {
      there = there.getParent();
    }
    check(
        Files.isDirectory(there) && Files.isWritable(there),
        "--uncounted: %s is no directory that can be written; give another",
        there);
  }

  /** What is done to pixels before they are compared with thresholds. */
  Corrections corrections() {
    return new Corrections(dark(), gain(), badPixels(), rowDark);
  }

  CountingSettings counting() {
    return new CountingSettings(camera(), corrections(), centroids);
  }

  List<VirtualDetector> virtualDetectors() {
    DetectorDescription camera = camera();
    return detectors.stream().map(text -> VirtualDetector.parse(text, camera)).toList();
  }

  /** Where scans are shown while they run; null if they are not. */
  ZeroMqSink liveSink() {
    return live == null ? null : ZeroMqSink.builder().setAddress(live).setSession(session).build();
  }

  DpcPhase dpc() {
    return new DpcPhase(dpcRotation, dpcFlip);
  }

  /**
   * All options by name with their values, for the record: numbers, truth values, texts, lists, or
   * null.
   */
  Map<String, Object> values() {
    Map<String, Object> values = new TreeMap<>();
    for (OptionSpec option : commandLine(this).getCommandSpec().options()) {
      if (!option.usageHelp()) {
        Object value = option.getValue();
        boolean plain =
            value == null
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof Collection;
        // Enums as they are given.
        String text = value instanceof Enum<?> e ? e.name().toLowerCase(Locale.ROOT) : "" + value;
        values.put(option.longestName().substring(2), plain ? value : text);
      }
    }
    return values;
  }

  /** Reads {@code 500ms}, {@code 10s}, {@code 2min} and ISO 8601 durations. */
  static final class DurationConverter implements ITypeConverter<Duration> {
    /** Flink's timers count milliseconds, and JeroMQ and ZooKeeper 31 bits of them. */
    private static final Duration SHORTEST = Duration.ofMillis(1);

    private static final Duration LONGEST = Duration.ofDays(24);

    @Override
    public Duration convert(String text) {
      try {
        Duration duration =
            text.toUpperCase(Locale.ROOT).startsWith("P")
                ? Duration.parse(text)
                : TimeUtils.parseDuration(text);
        if (duration.compareTo(SHORTEST) >= 0 && duration.compareTo(LONGEST) <= 0) {
          return duration;
        }
      } catch (IllegalArgumentException | ArithmeticException | DateTimeParseException e) {
        // It is none, or it is longer than a Duration can be.
      }
      throw new CommandLine.TypeConversionException(
          "'%s' is not a duration of 1ms to 24d, such as 500ms, 10s or 2min".formatted(text));
    }
  }
}
