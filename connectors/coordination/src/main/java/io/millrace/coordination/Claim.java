package io.millrace.coordination;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A place in a session that one member has at a time: to send a module's sectors, to be the
 * aggregator, or to lead its Flink. Nodes under {@code /millrace/sessions/SESSION/modules/MODULE},
 * {@code .../aggregator} and {@code .../allocation}.
 *
 * <p>A member that died is missed only after {@link ZooKeeperConnection#SESSION_TIMEOUT}, so one
 * that takes its place has to wait for as long. A claim that is held is not given up for a
 * ZooKeeper that does not answer: the data keep flowing.
 */
public final class Claim implements AutoCloseable {
  private static final Duration PATIENCE = ZooKeeperConnection.SESSION_TIMEOUT.plusSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(Claim.class);

  private final LeaderLatch latch;

  private Claim(LeaderLatch latch) {
    this.latch = latch;
  }

  /**
   * Claims to send a module's sectors.
   *
   * @param member who will send them
   * @throws IOException if another one does, and says which; or if ZooKeeper cannot be reached
   */
  public static Claim module(ZooKeeperConnection zooKeeper, int module, Member member)
      throws IOException {
    return claim(
        zooKeeper,
        "modules/" + module,
        member,
        "module %d of session %s is sent".formatted(module, member.session()),
        "give another module or session");
  }

  /**
   * Claims to be a session's aggregator.
   *
   * @param member who will be it
   * @throws IOException if another one is, and says which; or if ZooKeeper cannot be reached
   */
  public static Claim aggregator(ZooKeeperConnection zooKeeper, Member member) throws IOException {
    return claim(
        zooKeeper,
        "aggregator",
        member,
        "session %s is served".formatted(member.session()),
        "give another session");
  }

  /**
   * Claims to lead a session's Flink.
   *
   * @param member who will lead it
   * @throws IOException if another one does, and says which; or if ZooKeeper cannot be reached
   */
  public static Claim allocation(ZooKeeperConnection zooKeeper, Member member) throws IOException {
    return claim(
        zooKeeper,
        "allocation",
        member,
        "session %s is run".formatted(member.session()),
        "give another session");
  }

  private static Claim claim(
      ZooKeeperConnection zooKeeper, String place, Member member, String what, String otherwise)
      throws IOException {
    LeaderLatch latch =
        new LeaderLatch(
            zooKeeper.client(), Sessions.path(member.session()) + "/" + place, words(member));
    latch.addListener(
        new LeaderLatchListener() {
          @Override
          public void isLeader() {
            LOG.debug("{} by us", what);
          }

          @Override
          public void notLeader() {
            LOG.warn(
                "ZooKeeper has lost sight of this {}, by which {}; it goes on",
                member.role(),
                what);
          }
        });
    try {
      latch.start();
      if (latch.await(1, TimeUnit.SECONDS)) {
        return new Claim(latch);
      }
      String holder = holder(latch);
      if (!holder.isEmpty() && !holder.equals(words(member))) { // else ZooKeeper is only slow
        LOG.info(
            "{} by {}; waiting up to {} s in case that one has died",
            what,
            holder,
            PATIENCE.toSeconds());
      }
      if (latch.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Claim(latch);
      }
      throw new IOException(
          "%s by another %s: %s; end that one, or %s"
              .formatted(what, member.role(), holder(latch), otherwise));
    } catch (IOException e) {
      close(latch);
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close(latch);
      throw new IOException("interrupted while making sure by whom " + what, e);
    } catch (Exception e) {
      close(latch);
      throw new IOException(
          "ZooKeeper at %s does not say by whom %s".formatted(zooKeeper.address(), what), e);
    }
  }

  /** Who it is, and where, for whoever comes second. */
  private static String words(Member member) {
    String address = member.offers().get(Member.PRODUCERS);
    return "%s, process %d on %s%s"
        .formatted(
            member.name(),
            member.pid(),
            member.host(),
            address == null ? "" : ", for producers at " + address);
  }

  private static String holder(LeaderLatch latch) throws IOException {
    try {
      return latch.getLeader().getId();
    } catch (Exception e) {
      throw new IOException("ZooKeeper does not tell who has the place", e);
    }
  }

  /** Gives it up. */
  @Override
  public void close() {
    close(latch);
  }

  private static void close(LeaderLatch latch) {
    try {
      latch.close();
    } catch (IOException | IllegalStateException e) {
      LOG.debug("the claim goes with its session of ZooKeeper", e);
    }
  }
}
