package io.millrace.ingest.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void columnsAreAlignedAndEmptyOnesLeftOut() {
    Table table = new Table("a", "empty", "long name", "c");
    assertThat(table.isEmpty()).isTrue();
    table.row("1", "", "x", "").row("1234", "", "", "two\n  lines");
    assertThat(table.isEmpty()).isFalse();
    assertThat(table.toString())
        .isEqualTo(
            """
            A     LONG NAME  C
            1     x
            1234             two lines
            """);
  }

  @Test
  void aRowHasACellForEachColumn() {
    assertThatThrownBy(() -> new Table("a", "b").row("1"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
