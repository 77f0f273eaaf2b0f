package io.millrace.gateway.facility;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"detail\":[{\"loc\":[\"body\",\"job\"],\"msg\":\"field required\",\"type\":\"x\"}]} | body.job field required",
        "{\"detail\":\"Not Found\"} | Not Found",
        "{\"error\":\"invalid_client\",\"error_description\":\"expired\"} | invalid_client: expired",
        "{\"status\":\"ERROR\",\"error\":null,\"detail\":[\"a\",\"b\"]} | a: b",
        "<html><head><title>x</title></head><body><h1>502</h1> Bad  Gateway</body></html> | 502 Bad Gateway",
        "upstream timed out | upstream timed out",
        "[1, 2] | [1, 2]",
        "{\"a\":1} | ``",
        "`` | ``"
      })
  void theWordsAreFound(String body, String words) {
    assertThat(ErrorText.of(body)).isEqualTo(words);
  }

  @Test
  void theyAreFew() {
    assertThat(ErrorText.of("x".repeat(10_000))).hasSizeLessThan(400);
  }

  @Test
  void theStatusIsSaid() {
    assertThat(ErrorText.of(new HttpCalls.Answer(502, "", Optional.empty())))
        .isEqualTo("status 502");
    assertThat(ErrorText.of(new HttpCalls.Answer(422, "no", Optional.empty())))
        .isEqualTo("status 422, no");
  }
}
