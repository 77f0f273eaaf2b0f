package io.millrace.gateway.scans;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CsvTest {
  @Test
  void formulasAreTexts() {
    assertThat(Csv.line(Arrays.asList("=1+1", "+1", "-1", "@a", "\t=1", "a=b")))
        .isEqualTo("'=1+1,'+1,'-1,'@a,'\t=1,a=b\r\n");
  }

  @Test
  void numbersStayNumbers() {
    assertThat(Csv.line(Arrays.asList(-5, 3L, null, ""))).isEqualTo("-5,3,,\r\n");
  }

  @Test
  void separatorsAreQuoted() {
    assertThat(Csv.line(Arrays.asList("a,b", "say \"a\"", "two\nlines", "=\"x\"")))
        .isEqualTo("\"a,b\",\"say \"\"a\"\"\",\"two\nlines\",\"'=\"\"x\"\"\"\r\n");
  }
}
