package io.millrace.gateway.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real shell says what it makes of a quoted word. */
class ShellWordTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "",
        " ",
        "$(touch x)",
        "`id`",
        "a;b|c&d>e<f",
        "it's",
        "'",
        "''",
        "\\",
        "\\'",
        "\"$HOME\"",
        "*?[a-z]{1,2}~!#",
        "--option=äöü µ 単",
        "%s%n"
      })
  void aShellReadsItAsItIs(String text) throws Exception {
    Process shell =
        new ProcessBuilder("bash", "-c", "printf %s " + ShellWord.quote(text))
            .redirectErrorStream(true)
            .start();
    String read = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(read).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\rb", "a\u0000b", "\u001b[2J"})
  void whatIsNoLineOfTextIsRefused(String text) {
    assertThatThrownBy(() -> ShellWord.quote(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("control character");
  }
}
