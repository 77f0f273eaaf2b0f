package io.millrace.gateway.people;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoginLimitTest {
  private final TestClock clock = new TestClock();
  private final LoginLimit limit = new LoginLimit(clock);

  @Test
  void aNameIsKeptOutUntilItsTimeIsOver() {
    for (int i = 0; i < LoginLimit.PER_NAME; i++) {
      assertThat(limit.begin("ada", "192.0.2." + i)).isEmpty();
    }
    assertThat(limit.begin("ada", "192.0.2.99")).contains(LoginLimit.WINDOW);
    assertThat(limit.begin("eve", "192.0.2.99")).isEmpty();
    clock.pass(LoginLimit.WINDOW.minusSeconds(1));
    assertThat(limit.begin("ada", "192.0.2.99")).contains(Duration.ofSeconds(1));
    clock.pass(Duration.ofSeconds(1));
    assertThat(limit.begin("ada", "192.0.2.99")).isEmpty();
  }

  @Test
  void anAddressIsKeptOutWhateverNamesItTries() {
    for (int i = 0; i < LoginLimit.PER_ADDRESS; i++) {
      assertThat(limit.begin("name" + i, "192.0.2.1")).isEmpty();
    }
    assertThat(limit.begin("ada", "192.0.2.1")).isPresent();
    assertThat(limit.begin("ada", "192.0.2.2")).isEmpty();
  }

  /** People of one address who log in well are no attack, however many they are. */
  @Test
  void whoIsRightIsNotCounted() {
    for (int i = 0; i < 10 * LoginLimit.PER_ADDRESS; i++) {
      assertThat(limit.begin("ada", "192.0.2.1")).isEmpty();
      limit.succeeded("ada", "192.0.2.1");
    }
  }

  /** Whoever has one address of IPv6 has 2^64 of them. */
  @Test
  void addressesOfOneNetworkAreOne() {
    for (int i = 0; i < LoginLimit.PER_ADDRESS; i++) {
      assertThat(limit.begin("name" + i, "2001:db8:1:2::%x".formatted(i + 1))).isEmpty();
    }
    assertThat(limit.begin("ada", "[2001:db8:1:2:ffff:1:2:3]")).isPresent();
    assertThat(limit.begin("ada", "2001:db8:1:3::1")).isEmpty();
    assertThat(limit.begin("ada", "::ffff:192.0.2.1")).as("one of IPv4").isEmpty();
    for (int i = 0; i < LoginLimit.PER_ADDRESS - 1; i++) {
      assertThat(limit.begin("other" + i, "192.0.2.1")).isEmpty();
    }
    assertThat(limit.begin("ada", "192.0.2.1")).as("the same one").isPresent();
  }

  @Test
  void whatIsRememberedIsBounded() {
    for (int i = 0; i < 3 * LoginLimit.MOST; i++) {
      limit.begin("name" + i, "10.%d.%d.%d".formatted(i >> 16, i >> 8 & 255, i & 255));
    }
    assertThat(limit.size()).isEqualTo(2 * LoginLimit.MOST);
    clock.pass(LoginLimit.WINDOW);
    limit.begin("ada", "192.0.2.1");
    assertThat(limit.size()).as("the others are forgotten").isEqualTo(2);
  }
}
