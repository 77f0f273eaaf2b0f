package io.millrace.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.HotPixelList.HotPixel;
import io.millrace.detector.ScanGeometry;
import io.millrace.hdf5.CountedFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What came of a scan, from its counted file: for people, and as JSON. */
record Summary(CountedFile counted, Path file, List<Path> pictures, DetectorDescription camera) {

  private static final int HOT_PIXELS_SHOWN = 3;

  /** Drops that lose nothing of this scan. */
  private static final Set<DropReason> HARMLESS =
      EnumSet.of(DropReason.DUPLICATE, DropReason.FOREIGN_SCAN, DropReason.FINISHED_SCAN);

  /** Whether the scan ended because all that was sent had come and was used. */
  boolean accountedFor() {
    return unaccounted().isEmpty();
  }

  /** Why not every frame is accounted for; empty if each is. */
  String unaccounted() {
    String endedBy = counted.text("ended_by").orElse("unknown");
    List<String> why = new ArrayList<>();
    if (!endedBy.equals("announced") && !endedBy.equals("all_frames")) {
      why.add("the scan ended by " + endedBy.replace('_', ' '));
    }
    if (integer("messages_received") < integer("messages_announced")) {
      why.add(
          "%,d of %,d announced messages did not come"
              .formatted(
                  integer("messages_announced") - integer("messages_received"),
                  integer("messages_announced")));
    }
    for (DropReason reason : DropReason.values()) {
      if (!HARMLESS.contains(reason) && counted.drops().get(reason) > 0) {
        why.add("%,d messages: %s".formatted(counted.drops().get(reason), reason.description()));
      }
    }
    return String.join("; ", why);
  }

  private List<Long> missingSectors() {
    return IntStream.range(0, camera.modules())
        .mapToObj(m -> integer("missing_sectors_module_" + m))
        .toList();
  }

  private long integer(String name) {
    return (long) counted.number(name).orElse(0);
  }

  private double seconds() {
    return Duration.between(counted.start(), counted.end()).toMillis() / 1000.0;
  }

  private long bytes() {
    return integer("messages_received") * camera.sectorBytes();
  }

  private double gigabytesPerSecond() {
    return bytes() / 1e9 / Math.max(seconds(), 0.001);
  }

  private double framesPerSecond() {
    return (counted.complete() + counted.incomplete()) / Math.max(seconds(), 0.001);
  }

  private boolean calibrated() {
    return counted.number("number_of_samples").isPresent();
  }

  /** The most active ones by row and column, and how many there are. */
  private String hotPixels() {
    List<HotPixel> hot = counted.hotPixels().pixels();
    String first =
        hot.stream()
            .sorted(Comparator.comparingDouble(HotPixel::rate).reversed())
            .limit(HOT_PIXELS_SHOWN)
            .map(
                p ->
                    "(%d, %d) in %.1f %% of the frames"
                        .formatted(
                            p.index() / counted.columns(),
                            p.index() % counted.columns(),
                            100 * p.rate()))
            .collect(Collectors.joining(", "));
    return "%,d found%s%s%s; %,d masked"
        .formatted(
            hot.size(),
            hot.isEmpty() ? "" : ": ",
            first,
            hot.size() > HOT_PIXELS_SHOWN ? ", ..." : "",
            counted.maskedPixels().size());
  }

  String text() {
    ScanGeometry scan = counted.geometry();
    return String.format(
        Locale.ROOT,
        """

        Scan %d: %d x %d positions (flyback column included)
          frames       %,d expected: %,d complete, %,d incomplete, %,d absent
          missing      sectors of incomplete frames, by module: %s
          electrons    %,d (%.0f a frame)
          thresholds   background %.4f ADU, x-ray %.3f ADU (%s)
          hot pixels   %s
          messages     %,d of %,d announced received%s
          throughput   %.2f GB in %.2f s: %.2f GB/s, %,.0f frames/s
          ended by     %s
          file         %s
        %s""",
        counted.scan(),
        scan.width(),
        scan.height(),
        integer("frames_expected"),
        counted.complete(),
        counted.incomplete(),
        counted.absent(),
        missingSectors(),
        counted.events(),
        counted.events() / Math.max(1.0, counted.complete() + counted.incomplete()),
        counted.thresholds().background(),
        counted.thresholds().xray(),
        calibrated() ? "from %d frames".formatted(integer("number_of_samples")) : "as given",
        hotPixels(),
        integer("messages_received"),
        integer("messages_announced"),
        counted.drops().total() == 0 ? "" : "; not used: " + counted.drops(),
        bytes() / 1e9,
        seconds(),
        gigabytesPerSecond(),
        framesPerSecond(),
        counted.text("ended_by").orElse("unknown").replace('_', ' '),
        file,
        String.join(
            "",
            pictures.stream().map(p -> "  picture      " + p + System.lineSeparator()).toList()));
  }

  String json() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("scan", counted.scan());
    json.put("width", counted.geometry().width());
    json.put("height", counted.geometry().height());
    json.put("frames_per_position", counted.framesPerPosition());
    json.put("frames_expected", integer("frames_expected"));
    json.put("frames_complete", counted.complete());
    json.put("frames_incomplete", counted.incomplete());
    json.put("frames_absent", counted.absent());
    missingSectors().forEach(n -> json.withArray("missing_sectors").add(n));
    json.put("events", counted.events());
    json.put("background_threshold", counted.thresholds().background());
    json.put("x_ray_threshold", counted.thresholds().xray());
    json.put("threshold_calculated", calibrated());
    json.put("hot_pixels", counted.hotPixels().pixels().size());
    json.put("masked_pixels", counted.maskedPixels().size());
    json.put("messages_announced", integer("messages_announced"));
    json.put("messages_received", integer("messages_received"));
    json.put("messages_dropped", counted.drops().total());
    ObjectNode dropped = json.putObject("dropped");
    for (DropReason reason : DropReason.values()) {
      dropped.put(reason.label(), counted.drops().get(reason));
    }
    json.put("bytes", bytes());
    json.put("seconds", seconds());
    json.put("gigabytes_per_second", gigabytesPerSecond());
    json.put("frames_per_second", framesPerSecond());
    json.put("ended_by", counted.text("ended_by").orElse(""));
    json.put("accounted_for", accountedFor());
    json.put("file", file.toString());
    pictures.forEach(picture -> json.withArray("pictures").add(picture.toString()));
    return json.toString();
  }
}
