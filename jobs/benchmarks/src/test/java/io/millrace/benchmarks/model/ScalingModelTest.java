package io.millrace.benchmarks.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Numbers that are easy to do by hand: a camera of 10 GB/s, 10,000 frames/s of 1 MB. */
class ScalingModelTest {
  private static final Cameras ONE = new Cameras(1, 10_000, 1e6, 4, 500);
  private static final Cameras FOUR = new Cameras(4, 10_000, 1e6, 4, 500);
  private static final Costs COSTS = new Costs(0.1, 0.4, 0.5, 2e9, 12, 4, 100, 50);
  private static final Node NODE = new Node(10, 100e9, 25e9, 0.5, 1e9);
  private static final Delivery DELIVERY = new Delivery(5, 15, 32);

  private static ScalingModel model(Cameras cameras) {
    return new ScalingModel(cameras, COSTS, NODE, DELIVERY);
  }

  @Test
  void coresAreRateTimesCost() {
    assertThat(model(ONE).taskManagerCores()).isEqualTo(5);
    assertThat(model(ONE).aggregatorCores()).isEqualTo(4);
    assertThat(model(ONE).producerCores()).isEqualTo(1);
    assertThat(model(FOUR).taskManagerCores()).isEqualTo(20);
  }

  /** Of 10 cores 5 are usable. */
  @Test
  void nodesHaveUsableCores() {
    assertThat(model(ONE).nodesForCores()).isEqualTo(1);
    assertThat(model(FOUR).nodesForCores()).isEqualTo(4);
  }

  /** Of 25 GB/s 12.5 are usable; 10 or 40 GB/s of pixels come in, and 24 or 96 MB/s of events. */
  @Test
  void nodesHaveUsableLinks() {
    assertThat(model(ONE).nodesForLinks()).isEqualTo(1);
    assertThat(model(FOUR).nodesForLinks()).isEqualTo(4);
    assertThat(new ScalingModel(FOUR, COSTS, new Node(1000, 1e12, 16e9, 0.5, 1e9), DELIVERY))
        .returns(6, ScalingModel::nodesForLinks)
        .returns(1, ScalingModel::nodesForCores)
        .returns(6, ScalingModel::computeNodes);
  }

  /** 16 cores of 5 usable, against 40 GB/s of 12.5. */
  @Test
  void aggregatorsNeedCoresAndLinks() {
    assertThat(model(ONE).aggregatorNodes()).isEqualTo(1);
    assertThat(model(FOUR).aggregatorNodes()).isEqualTo(4);
  }

  /** A lane passes on 1 GB/s, if half of it is usable. */
  @Test
  void lanesCarryTheRate() {
    assertThat(model(ONE).lanes()).isEqualTo(10);
    assertThat(model(FOUR).lanes()).isEqualTo(40);
  }

  /** 10 GB/s for two times 5 s between checkpoints and 15 s of fail-over. */
  @Test
  void producersKeepWhatIsNotAcknowledged() {
    assertThat(model(ONE).retainedBytes()).isEqualTo(250e9);
  }

  /** 10 lanes x 4 modules x 32 slots x 250 kB, on one node; 40 lanes on 4 nodes are the same. */
  @Test
  void slotsAreBounded() {
    assertThat(model(ONE).slotBytesOfNode()).isEqualTo(320e6);
    assertThat(model(FOUR).slotBytesOfNode()).isEqualTo(320e6);
  }

  /** 500 events of 4 bytes, and 4 x 100 bytes: 2.4 kB x 10,000. To the file 2.05 kB. */
  @Test
  void eventsAreLittle() {
    assertThat(model(ONE).shuffledBytesPerSecond()).isEqualTo(24e6);
    assertThat(model(ONE).fileBytesPerSecond()).isEqualTo(20.5e6);
    assertThat(model(FOUR).fileBytesPerSecond()).isEqualTo(82e6);
  }

  /** 2.5 GB/s of a module by 2 and by 25; 10,000 frames of 12 us; 20.5 MB/s by 1 GB/s. */
  @Test
  void loadsOfIndivisiblePartsDoNotGrowWithTheCameras() {
    for (Cameras cameras : new Cameras[] {ONE, FOUR}) {
      assertThat(model(cameras).moduleSocketLoad()).isEqualTo(1.25);
      assertThat(model(cameras).moduleLinkLoad()).isEqualTo(0.1);
      assertThat(model(cameras).scanTaskLoad()).isEqualTo(0.12);
      assertThat(model(cameras).fileLoad()).isEqualTo(0.0205);
    }
  }

  /** Four in eight: 1 - 7/8 * 6/8 * 5/8. */
  @Test
  void scansMeetLikeBirthdays() {
    assertThat(model(FOUR).likelihoodThatScansMeet(8)).isCloseTo(0.58984375, within(1e-12));
    assertThat(model(FOUR).likelihoodThatScansMeet(3)).isEqualTo(1);
    assertThat(model(ONE).likelihoodThatScansMeet(1)).isZero();
  }
}
