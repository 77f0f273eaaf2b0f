package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.coordination.SessionAddress;
import io.millrace.detector.Thresholds;
import io.millrace.hdf5.Layout;
import io.millrace.operators.counting.RowDark;
import io.millrace.operators.images.DpcPhase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;

class CountingOptionsTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("basedir", "."), "../../docs/OPTIONS.md").normalize();

  @TempDir Path directory;

  private static CountingOptions parse(String... args) {
    List<String> all = new ArrayList<>(List.of("--output", "counted"));
    all.addAll(Arrays.asList(args));
    return CountingOptions.parse(all.toArray(String[]::new));
  }

  @Test
  void defaults() {
    CountingOptions options = parse();

    assertThat(options.output).isEqualTo(Path.of("counted"));
    assertThat(options.id).isZero();
    assertThat(options.lanes()).isNull();
    assertThat(options.sessionAddress())
        .isEqualTo(new SessionAddress("127.0.0.1:2181", "default", Duration.ofMinutes(5)));
    assertThat(options.camera().name()).isEqualTo("4d-camera");
    assertThat(options.session).isEqualTo("default");
    assertThat(options.scan).isEmpty();
    assertThat(options.scans).isZero();
    assertThat(options.framesPerPosition).isZero();
    assertThat(options.thresholds()).isNull();
    assertThat(options.calibration().given()).isNull();
    assertThat(options.calibration().maskHotPixels()).isFalse();
    assertThat(options.calibration().fit().frames()).isEqualTo(20);
    assertThat(options.calibration().fit().backgroundSigmas()).isEqualTo(4.5);
    assertThat(options.calibration().fit().xraySigmas()).isEqualTo(175);
    assertThat(options.calibration().quiet()).isEqualTo(Duration.ofSeconds(2));
    assertThat(options.calibration().timeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(options.calibration().zookeeper()).isEqualTo("127.0.0.1:2181");
    assertThat(options.virtualDetectors())
        .extracting(d -> d.name())
        .containsExactly("bright_field", "annular_dark_field");
    assertThat(options.dpc()).isEqualTo(new DpcPhase(0, false));
    assertThat(options.layout).isEqualTo(Layout.VLEN);
    assertThat(options.dark()).isNull();
    assertThat(options.gain()).isNull();
    assertThat(options.badPixels()).isNull();
    assertThat(options.rowDark).isNull();
    assertThat(options.level()).isNull();
    assertThat(options.centroids).isFalse();
    assertThat(options.liveSink()).isNull();
    assertThat(options.slots).isEqualTo(32);
    assertThat(options.frameTimeout()).isEqualTo(Duration.ofMinutes(5));
    assertThat(parse("--lanes-at=tcp://127.0.0.1:5600").frameTimeout())
        .isEqualTo(Duration.ofSeconds(30));
    assertThat(parse("--retained-timeout=2min").frameTimeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(options.retainedTimeout).isEqualTo(Duration.ofMinutes(5));
    Duration late = Duration.ofSeconds(330);
    assertThat(options.ledgerTimeout()).isEqualTo(late);
    assertThat(parse("--frame-timeout=10s").ledgerTimeout()).as("lanes wait").isEqualTo(late);
    assertThat(parse("--frame-timeout=10s", "--lanes-at=tcp://127.0.0.1:5600").ledgerTimeout())
        .isEqualTo(Duration.ofSeconds(40));
    assertThat(options.scanTimeout).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void lanesThatAreGivenNeedNoSession() {
    CountingOptions options = parse("--lanes-at=tcp://127.0.0.1:5600");
    assertThat(options.sessionAddress()).isNull();
    assertThat(options.lanes().lanes()).isEqualTo(2);
    assertThat(options.lanes().endpoints(1))
        .containsExactly(
            "tcp://127.0.0.1:5604",
            "tcp://127.0.0.1:5605",
            "tcp://127.0.0.1:5606",
            "tcp://127.0.0.1:5607");
  }

  @Test
  void givenValuesAreTaken() {
    CountingOptions options =
        parse(
            "--background=31.5",
            "--xray=1e3",
            "--scan=3",
            "--scan=4294967295",
            "--layout=Both",
            "--detector=middle,0,5",
            "--detector=side,1.5,4,10,20.25",
            "--dpc-rotation=-12.5",
            "--dpc-flip",
            "--live=tcp://gateway:5570",
            "--frame-timeout=250ms",
            "--retained-timeout=8min",
            "--scan-timeout=PT2M",
            "--slots=1",
            "--mask-hot-pixels");

    assertThat(options.liveSink()).isNotNull();
    assertThat(options.thresholds()).isEqualTo(new Thresholds(31.5, 1000));
    assertThat(options.calibration().given()).isEqualTo(new Thresholds(31.5, 1000));
    assertThat(options.calibration().maskHotPixels()).isTrue();
    assertThat(options.scan).containsExactlyInAnyOrder(3L, 0xffff_ffffL);
    assertThat(options.layout).isEqualTo(Layout.BOTH);
    assertThat(options.virtualDetectors())
        .extracting(d -> "%s %s %s %s %s".formatted(d.name(), d.inner(), d.outer(), d.x(), d.y()))
        .containsExactly("middle 0.0 5.0 288.0 288.0", "side 1.5 4.0 10.0 20.25");
    assertThat(options.dpc()).isEqualTo(new DpcPhase(-12.5, true));
    assertThat(options.frameTimeout()).isEqualTo(Duration.ofMillis(250));
    assertThat(options.retainedTimeout).isEqualTo(Duration.ofMinutes(8));
    assertThat(options.scanTimeout).isEqualTo(Duration.ofMinutes(2));
    assertThat(options.slots).isEqualTo(1);
  }

  @Test
  void allButHelpIsOnRecordWithItsValue() {
    assertThat(parse("--lanes-at=tcp://h:1", "--lanes=3", "--scan=7").values())
        .containsEntry("lanes", 3)
        .containsEntry("scan", Set.of(7L))
        .containsEntry("background", null)
        .containsEntry("mask-hot-pixels", false)
        .containsEntry("dpc-flip", false)
        .containsEntry("output", "counted")
        .containsEntry("scan-timeout", "PT30S")
        .hasSize(specification().size() - 1)
        .doesNotContainKey("help");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        // arguments | the option named | what to do
        "--colour=red | --colour | see --help",
        "--lanes | --lanes | see --help",
        "--lanes=many | --lanes | see --help",
        "--lanes=3 | --lanes | goes with --lanes-at",
        "--wait=0s | --wait | a duration of 1ms to 24d",
        "--lanes-at=tcp://h:1 --lanes=0 | --lanes | at least 1",
        "--lanes-at=tcp://h:1 --lanes=20000 | --lanes | do not fit into the ports 1 to 65,535",
        "--lanes-at=edge:5600 | --lanes-at | of the form tcp://host:port",
        "--lanes-at=tcp://edge | --lanes-at | of the form tcp://host:port",
        "--lanes-at=ipc:///tmp/x | --lanes-at | of the form tcp://host:port",
        "--lanes-at='tcp://two words:1' | --lanes-at | not an address",
        "--camera=5d-camera | --camera | name one of conf/detectors, or give the path",
        "--camera=no/such.yaml | --camera | no detector description at no/such.yaml",
        "--id=-1 | --id | 1 to 99,999",
        "--id=100000 | --id | 1 to 99,999",
        "--session='a b' | --session | letters, digits, dots, dashes and underscores",
        "--scan=-1 | --scan | 0 to 4,294,967,295",
        "--scan=4294967296 | --scan | 0 to 4,294,967,295",
        "--scans=-1 | --scans | cannot be negative",
        "--frames-per-position=-1 | --frames-per-position | cannot be negative",
        "--background=30 | --xray | give both",
        "--xray=30 | --background | give both",
        "--background=-1 --xray=30 | --background | cannot be negative",
        "--background=NaN --xray=30 | --background | cannot be negative",
        "--background=30 --xray=30 | --xray | above the background threshold",
        "--background=31 --xray=30 | --xray | above the background threshold",
        "--background=30 --xray=NaN | --xray | above the background threshold",
        "--calibration-frames=0 | --calibration-frames | at least 1",
        "--calibration-frames=57 --lanes-at=tcp://h:1 --lanes=2 --slots=32 | --slots | give at least 33",
        "--calibration-frames=2147483647 --lanes-at=tcp://h:1 --lanes=1 | --slots | give at least 2147483651",
        "--background-sigmas=0 | --background-sigmas | positive",
        "--xray-sigmas=-4 | --xray-sigmas | positive",
        "--background-sigmas=Infinity | --background-sigmas | a positive number: Infinity",
        "--xray-sigmas=Infinity | --xray-sigmas | a positive number: Infinity",
        "--background-sigmas=NaN | --background-sigmas | a positive number: NaN",
        "--xray-sigmas=NaN | --xray-sigmas | a positive number: NaN",
        "--slots=0 --background=1 --xray=2 | --slots | at least 1",
        "--calibration-quiet=0s | --calibration-quiet | a duration of 1ms to 24d",
        "--calibration-timeout=P-1D | --calibration-timeout | a duration of 1ms to 24d",
        "--frame-timeout=soon | --frame-timeout | such as 500ms, 10s or 2min",
        "--frame-timeout=Psoon | --frame-timeout | such as 500ms, 10s or 2min",
        "--frame-timeout=1ns | --frame-timeout | a duration of 1ms to 24d",
        "--frame-timeout=25d | --frame-timeout | a duration of 1ms to 24d",
        "--scan-timeout=106751991167301d | --scan-timeout | a duration of 1ms to 24d",
        "--scan-timeout=P106751991167301D | --scan-timeout | a duration of 1ms to 24d",
        "--scan-timeout=-5s | --scan-timeout | such as 500ms, 10s or 2min",
        "--detector=ring,5 | --detector | name,inner,outer or name,inner,outer,x,y",
        "--detector=ring,5,wide | --detector | the outer radius is not a number",
        "--detector=ring,5,4 | --detector | 0 <= inner < outer",
        "--detector=sum_pattern,0,4 | --detector | cannot be named sum_pattern",
        "--detector=com_x,0,4 | --detector | cannot be named com_x",
        "--detector=a,0,4 --detector=a,0,5 | --detector | different names",
        "--dpc-rotation=NaN | --dpc-rotation | NaN degrees",
        "--dpc-rotation=left | --dpc-rotation | see --help",
        "--layout=round | --layout | see --help",
        "--live=gateway:5570 | --live | it is tcp://HOST:PORT",
        "--live=tcp://h:0 | --live | it is tcp://HOST:PORT",
        "--calibration=no.h5 | --calibration | give a counted file",
        "--calibration=no.h5 --background=1 --xray=2 | --calibration | leave it out",
        "--dark=no.npy | --dark | no file there that can be read",
        "--gain=no.h5:/gain | --gain | no file there that can be read",
        "--bad-pixels=no.txt | --bad-pixels | no file there that can be read",
        "--row-dark=mode | --row-dark | see --help",
        "--row-dark-level=20 | --row-dark-level | give --row-dark",
        "--row-dark=mean --row-dark-level=0 | --row-dark-level | positive",
        "--row-dark=mean --row-dark-level=NaN | --row-dark-level | positive",
        "--row-dark=mean --row-dark-level=Infinity | --row-dark-level | positive",
        "--row-dark=mean --background=1 --xray=2 | --row-dark | needs --row-dark-level",
      })
  void aWrongOptionIsNamedAndSaysWhatToDo(String args, String named, String advice) {
    assertThatThrownBy(() -> parse(args.split(" (?=--)")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named)
        .hasMessageContaining(advice);
  }

  /** A camera of one row of three pixels, and a map of it in a file of numpy. */
  private String[] withMap(float... map) throws IOException {
    Path camera =
        Files.writeString(
            directory.resolve("line.yaml"),
            """
            name: line
            frame: {rows: 1, columns: 3}
            pixel: uint16-le
            sectors:
              - {row: 0, column: 0, rows: 1, columns: 3}
            """);
    String header = "{'descr': '>f4', 'fortran_order': False, 'shape': (1, 3), }\n";
    ByteBuffer npy = ByteBuffer.allocate(10 + header.length() + 4 * map.length);
    npy.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
    npy.put(header.getBytes(StandardCharsets.US_ASCII));
    for (float value : map) {
      npy.putFloat(value);
    }
    Path file = Files.write(directory.resolve("map.npy"), npy.array());
    return new String[] {"--camera=" + camera, file.toString()};
  }

  @Test
  void mapsAreReadOnceAndGainIsInverted() throws IOException {
    String[] map = withMap(2, 0, -4);
    Path list = Files.writeString(directory.resolve("bad.txt"), "0,1\n0,2");
    CountingOptions options =
        parse(map[0], "--dark=" + map[1], "--gain=" + map[1], "--bad-pixels=" + list);
    Files.delete(Path.of(map[1]));

    assertThat(options.dark()).containsExactly(2, 0, -4).isSameAs(options.dark());
    assertThat(options.gain()).startsWith(0.5f).hasSize(3);
    assertThat(options.badPixels()).containsExactly(false, true, true);
    assertThat(options.values())
        .containsEntry("gain", map[1])
        .containsEntry("bad-pixels", list.toString())
        .containsEntry("centroids", false);
    assertThat(parse("--centroids").values()).containsEntry("centroids", true);
  }

  @Test
  void aMapThatCannotBeUsedIsNamedWithItsOption() throws IOException {
    String[] map = withMap(2, 0, Float.NaN);
    assertThatThrownBy(() -> parse(map[0], "--gain=" + map[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--gain: ")
        .hasMessageContaining("row 0, column 1: 0.0 (2 such pixels)");
    assertThatThrownBy(() -> parse(map[0], "--dark=" + map[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--dark: ")
        .hasMessageContaining("row 0, column 2: NaN");
    assertThatThrownBy(() -> parse("--dark=" + map[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is 1 x 3, but a frame of the detector 4d-camera is 576 x 576");
  }

  @Test
  void thresholdsOfAnEarlierScanNeedNoCalibration() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("earlier.json"), "{\"background\": 28.5, \"xray\": 436}");
    CountingOptions options = parse("--calibration=" + file, "--slots=1");

    assertThat(options.thresholds()).isEqualTo(new Thresholds(28.5, 436));
    assertThat(options.level()).isNull();
    assertThatThrownBy(() -> parse("--calibration=" + file, "--row-dark=mean"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--row-dark needs --row-dark-level")
        .hasMessageContaining("--calibration does not tell");
  }

  @Test
  void theRowDarksLevelIsTheGivenOneOrThatOfTheCalibration() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("earlier.json"),
            "{\"background\": 28.5, \"xray\": 436, \"level\": 20.5}");
    assertThat(parse("--calibration=" + file).level()).isNull();
    assertThat(parse("--calibration=" + file, "--row-dark=Median").level()).isEqualTo(20.5);
    assertThat(parse("--calibration=" + file, "--row-dark=mean", "--row-dark-level=3").level())
        .isEqualTo(3);
    assertThat(parse("--row-dark=median").rowDark).isEqualTo(RowDark.MEDIAN);
    assertThat(parse("--row-dark=median").level()).isNull();
    assertThat(parse("--row-dark=mean", "--row-dark-level=3").level()).isEqualTo(3);
  }

  @Test
  void aPlaceForUncountedSectorsThatCannotBeWrittenIsRefusedBeforeAnyFlow() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "in the way");
    for (Path wrong : List.of(file, file.resolve("deeper/still"))) {
      assertThatThrownBy(() -> parse("--uncounted=" + wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("--uncounted: " + file + " is no directory that can be written")
          .hasMessageContaining("give another");
      // With thresholds nothing is ever kept there.
      assertThat(parse("--uncounted=" + wrong, "--background=1", "--xray=2").thresholds())
          .isNotNull();
    }
    Path missing = directory.resolve("not/yet/there");
    assertThat(parse("--uncounted=" + missing, "--session=s").uncounted())
        .isEqualTo(missing.resolve("s").toString());
    assertThat(directory.resolve("not")).as("options only look").doesNotExist();
  }

  @Test
  void aSecondJobOfASessionKeepsWhatTheFirstOneLeft() throws IOException {
    String[] args = {"--uncounted=" + directory, "--session=s"};
    assertThat(parse(args).uncounted()).isEqualTo(directory.resolve("s").toString());
    assertThat(parse(args).uncounted())
        .as("the first left nothing")
        .isEqualTo(directory.resolve("s").toString());
    Files.createDirectories(directory.resolve("s/scan0000000005"));
    CountingOptions second = parse(args);
    assertThat(second.uncounted()).isEqualTo(directory.resolve("s-2").toString());
    assertThat(second.calibration().uncounted()).isEqualTo(second.uncounted());
    assertThat(second.session).isEqualTo("s");
    Files.createDirectories(directory.resolve("s-2"));
    assertThat(parse(args).uncounted()).isEqualTo(directory.resolve("s-3").toString());
    assertThat(parse("--uncounted=" + directory, "--session=t").uncounted())
        .isEqualTo(directory.resolve("t").toString());
  }

  @Test
  void theOutputHasToBeGiven() {
    assertThatThrownBy(() -> CountingOptions.parse("--lanes=1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--output");
  }

  @Test
  void givenThresholdsNeedNoSlotsForCalibration() {
    assertThat(parse("--background=1", "--xray=2", "--slots=1", "--calibration-frames=99").slots)
        .isEqualTo(1);
    assertThat(
            parse("--calibration-frames=56", "--lanes-at=tcp://h:1", "--lanes=2", "--slots=32")
                .slots)
        .isEqualTo(32);
  }

  @Test
  void helpPrintsEveryOptionWithItsDefaultAndNothingElseHappens() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream standard = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      assertThat(CountingOptions.parse("--help")).isNull();
    } finally {
      System.setOut(standard);
    }

    // Lines break anywhere, in values too.
    String text = printed.toString(StandardCharsets.UTF_8).replaceAll("\\s+", "");
    int at = text.indexOf("Countstheelectrons"); // behind the synopsis, which has the names too
    for (OptionSpec option : specification()) {
      String name = option.longestName();
      at = text.indexOf(name + (option.arity().max() == 0 ? "" : "="), at);
      assertThat(at).as("place of %s in %s", name, text).isNotNegative();
      if (option.defaultValue() != null) {
        at = text.indexOf("Default:", at);
        assertThat(text.substring(at)).as(name).startsWith("Default:" + option.defaultValue());
      }
    }
  }

  @Test
  void theDocumentIsTheHelp() throws IOException {
    CommandLine command = CountingOptions.commandLine(new CountingOptions());
    command.setUsageHelpAutoWidth(false).setUsageHelpWidth(100);
    String document =
        """
        # Options of the counting job

        What `--help` prints. Made from `CountingOptions`; not written by hand.

        ```
        %s```
        """
            .formatted(command.getUsageMessage(Ansi.OFF));
    if (Boolean.getBoolean("millrace.renew")) {
      Files.createDirectories(DOCUMENT.getParent());
      Files.writeString(DOCUMENT, document);
    }

    assertThat(DOCUMENT)
        .as(
            "docs/OPTIONS.md; renew it with"
                + " mvn test -Dtest=CountingOptionsTest -Dmillrace.renew=true in jobs/counting")
        .content()
        .isEqualTo(document);
  }

  private static List<OptionSpec> specification() {
    return CountingOptions.commandLine(new CountingOptions()).getCommandSpec().options();
  }
}
