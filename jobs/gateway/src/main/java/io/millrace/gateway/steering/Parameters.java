package io.millrace.gateway.steering;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What of the counting job people can choose for a session: names, types, ranges. The counting job
 * is no part of this program, so they stand in parameters.json, and the job's own tests hold that
 * against its options.
 */
final class Parameters {
  private static final String RESOURCE = "parameters.json";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS).build();

  private final Map<String, Parameter> all = new LinkedHashMap<>();

  Parameters() {
    try (InputStream in = Parameters.class.getResourceAsStream(RESOURCE)) {
      for (Parameter parameter : JSON.readValue(in, new TypeReference<List<Parameter>>() {})) {
        all.put(parameter.name(), parameter);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Parameter> all() {
    return List.copyOf(all.values());
  }

  /**
   * Options for the counting job.
   *
   * @param values by name; null for the usual one
   * @throws IllegalArgumentException if one is unknown or impossible, or does not go with another
   */
  List<String> options(Map<String, Object> values) {
    List<String> options = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          Parameter parameter = all.get(name);
          if (parameter == null) {
            throw new IllegalArgumentException(
                "there is no parameter '%s'; there are %s"
                    .formatted(name, String.join(", ", all.keySet())));
          }
          JsonNode node = JSON.valueToTree(value);
          if (!node.isNull()) {
            options.addAll(parameter.words(node));
          }
        });
    requireTogether(values);
    return options;
  }

  private static void requireTogether(Map<String, Object> values) {
    Number background = (Number) values.get("background");
    Number xray = (Number) values.get("xray");
    if ((background == null) != (xray == null)) {
      throw new IllegalArgumentException(
          "the parameters background and xray go together: give both, or none and the scan is calibrated");
    }
    if (background != null && background.doubleValue() >= xray.doubleValue()) {
      throw new IllegalArgumentException("the parameter background is less than xray");
    }
    if (background != null && values.get("calibration") != null) {
      throw new IllegalArgumentException(
          "the parameter calibration brings thresholds; leave it out, or background and xray");
    }
    if (values.get("row-dark-level") != null && values.get("row-dark") == null) {
      throw new IllegalArgumentException("the parameter row-dark-level needs row-dark");
    }
    if (values.get("row-dark") != null
        && background != null
        && values.get("row-dark-level") == null) {
      throw new IllegalArgumentException(
          "the parameter row-dark needs row-dark-level, since background and xray tell nothing of the noise's centre");
    }
  }
}
