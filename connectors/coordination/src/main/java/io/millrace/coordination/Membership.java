package io.millrace.coordination;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.zookeeper.CreateMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * That a member is there, and what it is at: an ephemeral node {@code /millrace/members/ID} that
 * goes when the process does, and comes back when a lost session of ZooKeeper is replaced.
 *
 * <p>Whoever tells its state or counters never waits: the latest is written twice a second at most,
 * in the background, and while there is no ZooKeeper not at all.
 */
public final class Membership implements AutoCloseable {
  /** Between two writes. */
  static final Duration WRITE_INTERVAL = Duration.ofMillis(500);

  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  private final CuratorFramework client;
  private final PersistentNode node;
  private final ScheduledExecutorService writer;
  private Member latest;
  private Member written;

  private Membership(CuratorFramework client, PersistentNode node, Member member) {
    this.client = client;
    this.node = node;
    this.latest = member;
    this.written = member;
    this.writer = Executors.newSingleThreadScheduledExecutor(new DaemonThreads("membership"));
    long millis = WRITE_INTERVAL.toMillis();
    writer.scheduleWithFixedDelay(this::write, millis, millis, TimeUnit.MILLISECONDS);
  }

  /**
   * Registers a member.
   *
   * @param timeout how long to wait until the node is there
   * @throws IOException if it is not, within that time
   */
  public static Membership join(ZooKeeperConnection zooKeeper, Member member, Duration timeout)
      throws IOException {
    PersistentNode node =
        new PersistentNode(
            zooKeeper.client(),
            CreateMode.EPHEMERAL,
            false,
            Members.FOLDER + "/" + member.id(),
            member.write());
    node.start();
    try {
      if (node.waitForInitialCreate(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Membership(zooKeeper.client(), node, member);
      }
      node.close();
      throw new IOException(
          "ZooKeeper at %s did not take %s within %d s"
              .formatted(zooKeeper.address(), member.id(), timeout.toSeconds()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while registering " + member.id(), e);
    }
  }

  /** Tells a state. Does not wait for ZooKeeper. */
  public void tell(MemberState state) {
    tell(state, "");
  }

  /**
   * Tells a state. Does not wait for ZooKeeper.
   *
   * @param reason for people; empty if there is nothing to say
   */
  public void tell(MemberState state, String reason) {
    change(m -> m.state() == state && m.reason().equals(reason) ? m : m.in(state, reason));
  }

  /** Tells counters, all of them. Does not wait for ZooKeeper. */
  public void count(Map<String, Long> counters) {
    change(m -> m.with(counters));
  }

  /** What was told last. */
  public synchronized Member member() {
    return latest;
  }

  private synchronized void change(UnaryOperator<Member> change) {
    latest = change.apply(latest);
  }

  private void write() {
    Member now = member();
    if (now.equals(written)) {
      return;
    }
    try {
      node.setData(now.write());
      written = now;
    } catch (Exception e) {
      // The next turn tries again; a member that is not shown is no reason to stop a stream.
      LOG.debug("{} is not written now", now.id(), e);
    }
  }

  /**
   * Tells that the member has given up, and waits until ZooKeeper has it. The node is left, for
   * people to read the reason: it goes {@link ZooKeeperConnection#SESSION_TIMEOUT} after the
   * process, or with the connection if that is closed.
   *
   * @param timeout how long to wait for ZooKeeper
   */
  public void fail(String reason, Duration timeout) {
    tell(MemberState.FAILED, reason);
    CountDownLatch written = new CountDownLatch(1);
    writer.shutdown();
    try {
      // What it writes now must not come after this.
      writer.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
      byte[] content = member().write();
      node.setData(content); // for the case that it has to be created anew
      client
          .setData()
          .inBackground((c, answer) -> written.countDown())
          .forPath(node.getActualPath(), content);
      if (!written.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("ZooKeeper is not told that {} has failed: it does not answer", latest.id());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("ZooKeeper is not told that {} has failed", latest.id(), e);
    }
  }

  /** Takes the node away. */
  @Override
  public void close() {
    writer.shutdownNow();
    try {
      node.close();
    } catch (IOException e) {
      LOG.debug("{} goes with its session of ZooKeeper", latest.id(), e);
    }
  }
}
