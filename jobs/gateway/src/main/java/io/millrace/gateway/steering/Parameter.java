package io.millrace.gateway.steering;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * An option of the counting job that people can give a session.
 *
 * @param name of the option, without its dashes
 * @param usual its value if it is not given; null if it has none
 * @param least of a number, or of a ring's inner radius; null without
 * @param most of a number, or of a ring's outer radius and centre; null without
 * @param choices of a choice; null for other types
 * @param unit null without
 */
record Parameter(
    @JsonProperty(required = true) String name,
    @JsonProperty(required = true) Type type,
    @JsonProperty("default") JsonNode usual,
    Double least,
    Double most,
    List<String> choices,
    String unit,
    @JsonProperty(required = true) String description) {
  private static final int LONGEST_TEXT = 500;
  private static final int MOST_RINGS = 16;
  private static final Set<String> RING = Set.of("name", "inner", "outer", "x", "y");

  /** What its value is. */
  enum Type {
    INTEGER,
    NUMBER,
    BOOLEAN,
    TEXT,
    CHOICE,
    /** A list of {name, inner, outer} and perhaps {x, y}. */
    RINGS;

    /** As it stands in JSON. */
    @JsonValue
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The option with a value, in words of the job's command line.
   *
   * @return none, if the value says that the option is not given
   * @throws IllegalArgumentException if the value is impossible; says what is possible
   */
  List<String> words(JsonNode value) {
    return switch (type) {
      case INTEGER -> {
        require(value.isIntegralNumber() && value.canConvertToLong(), "a whole number");
        yield option(Long.toString((long) within(value.doubleValue())));
      }
      case NUMBER -> {
        require(value.isNumber(), "a number");
        yield option(Double.toString(within(value.doubleValue())));
      }
      case BOOLEAN -> {
        require(value.isBoolean(), "true or false");
        yield value.booleanValue() ? List.of("--" + name) : List.of();
      }
      case CHOICE -> {
        require(
            value.isTextual() && choices.contains(value.textValue()),
            "one of " + String.join(", ", choices));
        yield option(value.textValue());
      }
      case TEXT -> {
        require(
            value.isTextual()
                && !value.textValue().isBlank()
                && value.textValue().length() <= LONGEST_TEXT
                && value.textValue().chars().noneMatch(Character::isISOControl),
            "a line of 1 to %d characters".formatted(LONGEST_TEXT));
        yield option(value.textValue());
      }
      case RINGS -> rings(value);
    };
  }

  private List<String> option(String value) {
    return List.of("--" + name + "=" + value);
  }

  private void require(boolean condition, String what) {
    if (!condition) {
      throw new IllegalArgumentException("the parameter %s is %s".formatted(name, what));
    }
  }

  private double within(double value) {
    require(
        value >= least && value <= most,
        "%s to %s%s, not %s"
            .formatted(plain(least), plain(most), unit == null ? "" : " " + unit, plain(value)));
    return value;
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private List<String> rings(JsonNode value) {
    require(
        value.isArray() && !value.isEmpty() && value.size() <= MOST_RINGS,
        "a list of 1 to %d rings {name, inner, outer} and perhaps {x, y}".formatted(MOST_RINGS));
    List<String> words = new ArrayList<>();
    for (JsonNode ring : value) {
      ring.fieldNames()
          .forEachRemaining(
              field -> require(RING.contains(field), "of rings, which have no '" + field + "'"));
      String ringName = ring.path("name").asText();
      require(
          ringName.matches("[a-z][a-z0-9_]{0,63}"),
          "of rings named with small letters, digits and underscores, from a letter on");
      require(
          ring.path("inner").isNumber() && ring.path("outer").isNumber(),
          "of rings with the numbers inner and outer");
      double inner = within(ring.get("inner").doubleValue());
      double outer = within(ring.get("outer").doubleValue());
      require(inner < outer, "of rings whose inner radius is less than the outer one");
      StringBuilder text = new StringBuilder("%s,%s,%s".formatted(ringName, inner, outer));
      require(ring.has("x") == ring.has("y"), "of rings with both x and y, or none of them");
      if (ring.has("x")) {
        require(
            ring.get("x").isNumber() && ring.get("y").isNumber(), "of rings with numbers x and y");
        text.append(',').append(within(ring.get("x").doubleValue()));
        text.append(',').append(within(ring.get("y").doubleValue()));
      }
      words.addAll(option(text.toString()));
    }
    return words;
  }
}
