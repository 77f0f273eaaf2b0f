package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.operators.images.VirtualDetector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What the gateway offers people of this job's options, and what of them it believes to be
 * possible: it has no part of this job, so the file is held against the options here.
 */
class GatewayParametersTest {
  private static final Path FILE =
      Path.of(
          System.getProperty("basedir", "."),
          "../gateway/src/main/resources/io/millrace/gateway/steering/parameters.json");

  /** Options that another one needs. */
  private static final Map<String, List<String>> TOGETHER =
      Map.of(
          "background", List.of("--xray=70000"),
          "xray", List.of("--background=0"),
          "row-dark", List.of(),
          "row-dark-level", List.of("--row-dark=mean"));

  static Stream<JsonNode> parameters() throws IOException {
    return StreamSupport.stream(new ObjectMapper().readTree(FILE.toFile()).spliterator(), false);
  }

  private static CountingOptions parse(String name, String... values) {
    List<String> all = new ArrayList<>(List.of("--output=counted"));
    all.addAll(TOGETHER.getOrDefault(name, List.of()));
    all.addAll(List.of(values));
    return CountingOptions.parse(all.toArray(String[]::new));
  }

  private static OptionSpec option(String name) {
    return CountingOptions.commandLine(new CountingOptions())
        .getCommandSpec()
        .findOption("--" + name);
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void isAnOptionOfThisJob(JsonNode parameter) {
    String name = parameter.get("name").asText();
    OptionSpec option = option(name);
    assertThat(option).isNotNull();
    assertThat(String.join("", option.description()))
        .startsWith(parameter.get("description").asText());
    assertThat(option.arity().max() == 0)
        .isEqualTo(parameter.get("type").asText().equals("boolean"));
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void hasItsDefault(JsonNode parameter) {
    String name = parameter.get("name").asText();
    JsonNode usual = parameter.get("default");
    switch (parameter.get("type").asText()) {
      case "rings" ->
          assertThat(
                  StreamSupport.stream(usual.spliterator(), false)
                      .map(
                          r ->
                              "%s %s %s"
                                  .formatted(
                                      r.get("name").asText(),
                                      r.get("inner").doubleValue(),
                                      r.get("outer").doubleValue())))
              .containsExactlyElementsOf(
                  parse(name).virtualDetectors().stream()
                      .map(
                          (VirtualDetector d) ->
                              "%s %s %s".formatted(d.name(), d.inner(), d.outer()))
                      .toList());
      case "boolean" -> assertThat(usual.booleanValue()).isFalse();
      default ->
          assertThat(usual.isNull() ? null : usual.asText())
              .matches(text -> Objects.equals(text, option(name).defaultValue()), "the option's");
    }
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void whatTheGatewayTakesIsTaken(JsonNode parameter) {
    String name = parameter.get("name").asText();
    switch (parameter.get("type").asText()) {
      case "boolean" -> parse(name, "--" + name);
      case "choice" ->
          parameter.get("choices").forEach(c -> parse(name, "--" + name + "=" + c.asText()));
      case "integer" -> {
        parse(name, "--" + name + "=" + parameter.get("least").asLong());
        parse(name, "--" + name + "=" + parameter.get("most").asLong());
      }
      case "number" -> {
        if (!name.equals("xray")) {
          parse(name, "--" + name + "=" + parameter.get("least").doubleValue());
        }
        parse(name, "--" + name + "=" + parameter.get("most").doubleValue());
      }
      default -> {
        // Files and rings depend on the machine and the camera.
      }
    }
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void whatIsNoChoiceIsRefusedHereToo(JsonNode parameter) {
    String name = parameter.get("name").asText();
    if (!List.of("text", "rings", "boolean").contains(parameter.get("type").asText())) {
      assertThatThrownBy(() -> parse(name, "--" + name + "=nonsense"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
