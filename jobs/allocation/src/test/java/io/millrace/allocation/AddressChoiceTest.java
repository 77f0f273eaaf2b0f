package io.millrace.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.allocation.AddressChoice.Candidate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressChoiceTest {
  private List<Candidate> node;

  @BeforeEach
  void node() throws UnknownHostException {
    node =
        List.of(
            candidate("lo", "127.0.0.1"),
            candidate("eth0", "192.168.7.20"),
            candidate("hsn0", "10.249.3.4"),
            candidate("hsn1", "10.250.3.4"));
  }

  private static Candidate candidate(String name, String address) throws UnknownHostException {
    return new Candidate(name, InetAddress.getByName(address));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hsn0,eth0 | 10.249.3.4",
        "ib0,eth0,hsn0 | 192.168.7.20",
        "10.250.0.0/16 | 10.250.3.4",
        "10.248.0.0/15 | 10.249.3.4",
        "10.248.0.0/13 | 10.249.3.4",
        "10.249.3.4/32 | 10.249.3.4",
        "0.0.0.0/0 | 127.0.0.1",
        "172.16.0.0/12,lo | 127.0.0.1"
      })
  void theFirstWishThatIsThereIsTaken(String wishes, String address) throws Exception {
    assertThat(AddressChoice.choose(Arrays.asList(wishes.split(",")), node).getHostAddress())
        .isEqualTo(address);
  }

  @Test
  void ifNoneIsThereItIsSaidWhatIs() {
    assertThatThrownBy(() -> AddressChoice.choose(List.of("ib0", "10.251.0.0/16"), node))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ib0, 10.251.0.0/16")
        .hasMessageContaining("hsn0 10.249.3.4")
        .hasMessageContaining("'interfaces' in the machine's profile");
  }

  @Test
  void thisMachineHasLoopback() throws Exception {
    assertThat(AddressChoice.choose(List.of("lo"), AddressChoice.here()).isLoopbackAddress())
        .isTrue();
  }
}
