package io.millrace.references;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.detector.Thresholds;
import io.millrace.hdf5.CountedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What an earlier scan was counted with: its counted file (ours, or one of stempy), or a JSON
 * object {@code {"background": 28.5, "xray": 436.6, "level": 20.5}} in a file named {@code .json}.
 *
 * @param thresholds the thresholds
 * @param level centre of the noise in ADU, to which a row dark brings each half-row; null if the
 *     file does not tell it
 */
public record CalibrationFile(Thresholds thresholds, Double level) {
  private record Json(Double background, Double xray, Double level) {}

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /**
   * Reads a calibration.
   *
   * @throws IllegalArgumentException if there is none in the file, or it is not possible; says why
   */
  public static CalibrationFile read(Path file) {
    try {
      CalibrationFile calibration =
          file.toString().toLowerCase(Locale.ROOT).endsWith(".json") ? json(file) : counted(file);
      if (!(calibration.thresholds.background() >= 0)) {
        throw new IllegalArgumentException(
            "the background threshold cannot be negative: %s ADU"
                .formatted(calibration.thresholds.background()));
      }
      return calibration;
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "no calibration in %s: %s; give a counted file, or a .json with background and xray"
              .formatted(
                  file, e instanceof JacksonException j ? j.getOriginalMessage() : e.getMessage()),
          e);
    }
  }

  private static CalibrationFile json(Path file) throws IOException {
    Json json = JSON.readValue(file.toFile(), Json.class);
    if (json == null || json.background == null || json.xray == null) {
      throw new IllegalArgumentException("background or xray is missing");
    }
    return new CalibrationFile(new Thresholds(json.background, json.xray), json.level);
  }

  private static CalibrationFile counted(Path file) throws IOException {
    try (CountedFile counted = new CountedFile(file)) {
      OptionalDouble level = counted.number("noise_level");
      if (level.isEmpty()) { // a file of stempy, or of before
        level = counted.number("optimized_mean");
      }
      return new CalibrationFile(
          counted.thresholds(), level.isPresent() ? (Double) level.getAsDouble() : null);
    }
  }
}
