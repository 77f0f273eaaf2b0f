package io.millrace.gateway.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParametersTest {
  private final Parameters parameters = new Parameters();

  private List<String> options(String json) throws Exception {
    Map<String, Object> values = new ObjectMapper().readValue(json, new TypeReference<>() {});
    return parameters.options(values);
  }

  @Test
  void valuesBecomeOptions() throws Exception {
    assertThat(
            options(
                """
                {"background": 28.5, "xray": 436, "centroids": true, "dpc-flip": false, "layout": "flat",
                 "calibration-frames": 10, "dark": "/data/it's; rm -rf.npy", "gain": null,
                 "detector": [{"name": "bf", "inner": 0, "outer": 110},
                              {"name": "haadf", "inner": 150, "outer": 280.5, "x": 288, "y": 290}]}
                """))
        .containsExactly(
            "--background=28.5",
            "--xray=436.0",
            "--centroids",
            "--layout=flat",
            "--calibration-frames=10",
            "--dark=/data/it's; rm -rf.npy",
            "--detector=bf,0.0,110.0",
            "--detector=haadf,150.0,280.5,288.0,290.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"nothing\": 1} | there is no parameter 'nothing'",
        "{\"background\": 28} | go together",
        "{\"background\": 436, \"xray\": 28} | less than xray",
        "{\"background\": -1, \"xray\": 2} | 0 to 65535 ADU, not -1",
        "{\"background\": \"28\", \"xray\": 2} | a number",
        "{\"calibration-frames\": 1.5} | a whole number",
        "{\"calibration-frames\": 29} | 1 to 28, not 29",
        "{\"centroids\": 1} | true or false",
        "{\"layout\": \"other\"} | one of vlen, flat, both",
        "{\"dark\": \"a\\u0000b\"} | a line of",
        "{\"detector\": []} | a list of 1 to 16 rings",
        "{\"detector\": [{\"name\": \"b,1\", \"inner\": 0, \"outer\": 1}]} | small letters",
        "{\"detector\": [{\"name\": \"b\", \"inner\": 2, \"outer\": 1}]} | less than the outer",
        "{\"detector\": [{\"name\": \"b\", \"inner\": 0, \"outer\": 1, \"x\": 1}]} | both x and y",
        "{\"row-dark-level\": 5} | needs row-dark",
      })
  void whatIsImpossibleIsToldInItsWords(String json, String message) {
    assertThatThrownBy(() -> options(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
