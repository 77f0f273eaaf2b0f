package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir Path data;
  private ZooKeeperNode server;
  private ZooKeeperConnection first;
  private ZooKeeperConnection second;

  @BeforeEach
  void start() throws IOException {
    server = ZooKeeperNode.start("127.0.0.1", 0, data);
    first = ZooKeeperConnection.open("127.0.0.1:" + server.port(), TIMEOUT);
    second = ZooKeeperConnection.open("127.0.0.1:" + server.port(), TIMEOUT);
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
    server.close();
  }

  private static Member producer(String name, String session) {
    return Member.starting(Role.PRODUCER, name, session, Map.of());
  }

  @Test
  void aSecondProducerOfAModuleIsRefusedWithTheFirstOnesAddress() throws IOException {
    Member holder = producer("first", "s");
    try (Claim claim = Claim.module(first, 2, holder)) {
      assertThatThrownBy(() -> Claim.module(second, 2, producer("second", "s")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("module 2 of session s is sent by another producer: first")
          .hasMessageContaining("process " + holder.pid())
          .hasMessageContaining(holder.host());
      assertThat(claim).isNotNull();
    }
  }

  @Test
  void otherModulesAndOtherSessionsAreFree() throws IOException {
    try (Claim two = Claim.module(first, 2, producer("first", "s"));
        Claim three = Claim.module(second, 3, producer("second", "s"));
        Claim elsewhere = Claim.module(second, 2, producer("second", "t"))) {
      assertThat(two).isNotEqualTo(three).isNotEqualTo(elsewhere);
    }
  }

  @Test
  void whatIsGivenUpCanBeClaimed() throws IOException {
    Claim.module(first, 2, producer("first", "s")).close();
    Claim.module(second, 2, producer("second", "s")).close();
  }

  @Test
  void aProducerThatDiedIsReplaced() throws IOException {
    Claim.module(first, 2, producer("first", "s"));
    first.close(); // and with it all that it had
    Claim.module(second, 2, producer("second", "s")).close();
  }

  @Test
  void aSecondAggregatorIsRefusedWithTheFirstOnesAddress() throws IOException {
    Member holder =
        Member.starting(
            Role.AGGREGATOR, "edge", "s", Map.of(Member.PRODUCERS, "tcp://edge01:5560"));
    Member other = Member.starting(Role.AGGREGATOR, "edge", "s", Map.of());
    try (Claim claim = Claim.aggregator(first, holder);
        Claim module = Claim.module(second, 0, producer("first", "s"))) {
      assertThatThrownBy(() -> Claim.aggregator(second, other))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("session s is served by another aggregator: edge, process ")
          .hasMessageContaining(holder.host() + ", for producers at tcp://edge01:5560");
      assertThat(claim).isNotEqualTo(module);
    }
    Claim.aggregator(second, other).close();
  }
}
