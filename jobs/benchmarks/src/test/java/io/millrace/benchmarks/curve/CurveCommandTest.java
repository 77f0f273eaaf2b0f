package io.millrace.benchmarks.curve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.Row;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CurveCommandTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTurnIsOfAllThatWasSent(boolean encrypted) throws Exception {
    // Enough for a clock of the CPU that knows hundredths of a second.
    Hop.Turn turn = new Hop(encrypted).measure(2_000, 100_000);
    assertThat(turn.bytes()).isEqualTo(200_000_000);
    assertThat(turn.cpuNanos()).isPositive();
    assertThat(turn.nanos()).isPositive();
  }

  @Test
  void whatStandsInARowIsTheMedianAndItsRatioThatOfPairs() {
    List<Hop.Turn> plain = List.of(turn(1, 1), turn(2, 1), turn(4, 1));
    List<Hop.Turn> encrypted = List.of(turn(20, 4), turn(20, 4), turn(20, 4));
    List<Row> rows = CurveCommand.rows(plain, encrypted);
    assertThat(rows).extracting(Row::value).containsExactly(2.0, 20.0, 1.0, 0.25);
    assertThat(rows.get(1).ratio()).isEqualTo(10.0, within(1e-9));
    assertThat(rows.get(3).ratio()).isEqualTo(0.25, within(1e-9));
  }

  private static Hop.Turn turn(long cpuSeconds, long seconds) {
    return new Hop.Turn(1_000_000_000, cpuSeconds * 1_000_000_000, seconds * 1_000_000_000);
  }
}
