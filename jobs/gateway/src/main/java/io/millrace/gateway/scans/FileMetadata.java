package io.millrace.gateway.scans;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.detector.DropReason;
import io.millrace.gateway.server.Json;
import io.millrace.hdf5.CountedFile;
import java.util.List;

/** What a counted file says of itself, as JSON, under the names that its attributes have. */
final class FileMetadata {
  private static final List<String> TEXTS =
      List.of("software", "version", "session", "detector", "start", "end", "ended_by");

  private static final List<String> NUMBERS =
      List.of(
          "scan_number",
          "detector_rows",
          "detector_columns",
          "detector_modules",
          "frames_per_position",
          "frames_expected",
          "frames_complete",
          "frames_incomplete",
          "frames_absent",
          "events",
          "messages_announced",
          "messages_received",
          "messages_dropped",
          "noise_level",
          "background_threshold",
          "x_ray_threshold",
          "background_threshold_n_sigma",
          "x_ray_threshold_n_sigma",
          "optimized_mean",
          "optimized_std_dev",
          "fit_sampled_frames",
          "fit_residual");

  private FileMetadata() {}

  static ObjectNode of(CountedFile file) {
    ObjectNode all = Json.mapper().createObjectNode();
    all.put("width", file.geometry().width());
    all.put("height", file.geometry().height());
    TEXTS.forEach(name -> file.text(name).ifPresent(text -> all.put(name, text)));
    NUMBERS.forEach(name -> file.number(name).ifPresent(number -> put(all, name, number)));
    if (file.hasAccount()) {
      ObjectNode drops = all.putObject("dropped");
      for (DropReason reason : DropReason.values()) {
        drops.put(reason.label(), file.drops().get(reason));
      }
    }
    file.text("parameters").ifPresent(text -> putParameters(all, text));
    return all;
  }

  /** Whole numbers stay whole. */
  private static void put(ObjectNode all, String name, double number) {
    if (number == Math.rint(number) && Math.abs(number) < 1L << 53) {
      all.put(name, (long) number);
    } else {
      all.put(name, number);
    }
  }

  private static void putParameters(ObjectNode all, String text) {
    try {
      all.set("parameters", Json.mapper().readTree(text));
    } catch (JsonProcessingException e) {
      all.put("parameters", text); // a file of somebody else's
    }
  }
}
