package io.millrace.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class JobManagersTest {
  @Test
  void oneNeedsNoZooKeeper() {
    JobManagers one = JobManagers.one(8081);
    assertThat(one.options()).containsExactly("--rest-port", "8081");
    assertThat(one.addresses()).containsExactly("http://localhost:8081");
    assertThat(one.standBy()).isFalse();
  }

  @Test
  void eachHasAPortOfItsOwn() {
    JobManagers two = new JobManagers(9000, 2, "localhost:2181");
    assertThat(two.options())
        .containsExactly(
            "--rest-port", "9000", "--zookeeper", "localhost:2181", "--job-managers", "2");
    assertThat(two.addresses()).containsExactly("http://localhost:9000", "http://localhost:9001");
    assertThat(two.standBy()).isTrue();
  }

  @Test
  void severalWithoutZooKeeperAreRefused() {
    assertThatThrownBy(() -> new JobManagers(9000, 2, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ZooKeeper");
    assertThatThrownBy(() -> new JobManagers(9000, 0, "localhost:2181"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
