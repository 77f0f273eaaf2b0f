package io.millrace.gateway.scans;

import io.millrace.coordination.DaemonThreads;
import io.millrace.coordination.Member;
import io.millrace.gateway.live.LiveScan;
import io.millrace.gateway.live.LiveScans;
import io.millrace.hdf5.CountedFileName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears of scans, and enters them into the catalogue: from ZooKeeper, if there is one, and from
 * files that come into the result folders. Each has a thread of its own, and one that looks at the
 * files' bytes. When ZooKeeper is away, what is known stays, and the rest comes when it is back.
 */
public final class ScanNews implements AutoCloseable {
  private static final Duration FOLLOW_EVERY = Duration.ofSeconds(1);
  private static final Duration FOLDERS_EVERY = Duration.ofSeconds(5);
  private static final Duration FACTS_EVERY = Duration.ofSeconds(1);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  /** Folders within a result folder that are looked into. */
  private static final int DEPTH = 5;

  /** Scans without a file here that may be newer than the one that is shown. */
  private static final int LOOKED_BACK = 10;

  private static final Duration SILENCE_EVERY = Duration.ofSeconds(30);

  /**
   * A file that could not be used, and has not changed for longer, is tried with all others only.
   */
  private static final Duration WRITTEN_WITHIN = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(ScanNews.class);

  private final Catalogue catalogue;
  private final LiveScans live;
  private final ResultFolders folders;
  private final ScanFiles files;
  private final List<FolderWalk> walks;
  private final InstantSource clock;
  private final Supplier<Set<String>> addresses;
  private final BooleanSupplier isOurs;
  private final FileFacts facts;
  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(5, new DaemonThreads("scan-news"));

  /** By address. */
  private final Map<String, ZooKeeperNews> zooKeepers = new ConcurrentHashMap<>();

  private final Map<Path, FileTime> notUsable = new HashMap<>();

  /** Scans that have got all that their files have, or whose files could not be read. */
  private final Set<String> completed = new HashSet<>();

  /** The last scan's file, if it could not be shown. */
  private String notShown;

  /**
   * Begins to listen.
   *
   * @param isOurs whether no other gateway has the database
   * @param addresses of all ZooKeepers that are to be asked now; connect strings
   */
  ScanNews(
      Catalogue catalogue,
      LiveScans live,
      ResultFolders folders,
      ScanFiles files,
      Supplier<Set<String>> addresses,
      BooleanSupplier isOurs,
      InstantSource clock) {
    this.isOurs = isOurs;
    this.clock = clock;
    this.walks = folders.folders().stream().map(folder -> new FolderWalk(folder, DEPTH)).toList();
    this.files = files;
    this.catalogue = catalogue;
    this.live = live;
    this.folders = folders;
    this.addresses = addresses;
    this.facts = new FileFacts(catalogue, folders);
    followZooKeepers();
    every(FOLLOW_EVERY, this::followZooKeepers);
    every(FOLDERS_EVERY, this::lookIntoFolders);
    every(FACTS_EVERY, facts::look);
    every(FACTS_EVERY, this::complete);
    every(FACTS_EVERY, this::showLast);
    every(SILENCE_EVERY, new SilentScans(catalogue, live, this::isFollowed, clock)::look);
  }

  private void every(Duration time, Runnable work) {
    threads.scheduleWithFixedDelay(
        () -> {
          try {
            if (isOurs.getAsBoolean()) {
              work.run();
            }
          } catch (RuntimeException e) { // The next time is another one.
            LOG.error("News of scans could not be taken", e);
          }
        },
        0,
        time.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /** Who takes part, as ZooKeeper tells; nobody without it. Never waits. */
  public List<Member> members() {
    return zooKeepers.values().stream().flatMap(one -> one.members().stream()).toList();
  }

  /**
   * Asks each ZooKeeper now rather than soon, and waits for the answers, but not for longer than
   * said.
   */
  void askWithin(Duration time) {
    long deadline = System.nanoTime() + time.toNanos();
    try {
      for (Future<?> answer : zooKeepers.values().stream().map(ZooKeeperNews::askNow).toList()) {
        answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
    } catch (TimeoutException | RejectedExecutionException e) {
      LOG.debug("ZooKeeper has not answered within {}", time, e);
    } catch (ExecutionException e) {
      LOG.warn("ZooKeeper could not be asked", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Begins to ask those of sessions that have begun, and leaves those of sessions that are over.
   */
  private void followZooKeepers() {
    Set<String> wanted = addresses.get();
    for (String address : wanted) {
      zooKeepers.computeIfAbsent(address, to -> new ZooKeeperNews(to, catalogue));
    }
    for (String address : List.copyOf(zooKeepers.keySet())) {
      if (!wanted.contains(address)) {
        zooKeepers.remove(address).close();
      }
    }
  }

  private boolean isFollowed(String session) {
    return zooKeepers.values().stream().anyMatch(one -> one.follows(session));
  }

  /** Of scans in memory that have ended, and of which not all was told while one listened here. */
  private void complete() {
    List<LiveScan> all = live.all();
    completed.retainAll(all.stream().map(LiveScan::id).toList());
    for (LiveScan scan : all) {
      if (!scan.hasEnded() || scan.file() == null) {
        catalogue
            .find(scan.id())
            .filter(CatalogueScan::hasEnded)
            .ifPresent(known -> scan.ended(known.state(), known.file()));
      }
      if (scan.hasEnded() && scan.file() != null && !scan.isWhole()) {
        complete(scan);
      }
    }
  }

  private void complete(LiveScan scan) {
    if (completed.contains(scan.id())) {
      return;
    }
    try {
      if (files.complete(scan)) {
        completed.add(scan.id());
      }
    } catch (IOException e) {
      completed.add(scan.id());
      LOG.warn("Scan {} stays incomplete on the page: {}", scan.id(), e.getMessage());
    }
  }

  /**
   * The last scan is shown, even if it ended while no gateway listened, and no job tells of it any
   * more.
   */
  private void showLast() {
    Optional<LiveScan> shown = live.shown();
    if (shown.isPresent() && !shown.get().isOver()) {
      return;
    }
    for (CatalogueScan last : catalogue.search(ScanFilter.ALL, LOOKED_BACK, 0)) {
      if (shown.isPresent() && !last.started().isAfter(shown.get().started())
          || live.find(last.id()).isPresent()) {
        return;
      }
      if (last.hasEnded() && folders.find(last.file()).isPresent()) {
        show(last);
        return;
      }
    }
  }

  private void show(CatalogueScan last) {
    if (last.file().equals(notShown)) {
      return;
    }
    try {
      files.open(last.id()).ifPresent(live::add);
    } catch (IOException e) {
      notShown = last.file();
      LOG.warn("The last scan is not shown: {}", e.getMessage());
    }
  }

  private void lookIntoFolders() {
    Instant now = clock.instant();
    for (FolderWalk walk : walks) {
      walk.look(now).stream().filter(ScanNews::isCounted).forEach(this::enter);
    }
    // A file that is being written does not change its folder.
    notUsable.entrySet().stream()
        .filter(file -> file.getValue().toInstant().isAfter(now.minus(WRITTEN_WITHIN)))
        .map(Map.Entry::getKey)
        .toList()
        .forEach(this::enter);
  }

  /** Of the two layouts of a scan only one is entered. */
  private static boolean isCounted(Path path) {
    String name = path.getFileName().toString();
    boolean second =
        name.endsWith("_flat.h5")
            && Files.exists(path.resolveSibling(name.replaceFirst("_flat\\.h5$", ".h5")));
    return name.endsWith(".h5")
        && !second
        && CountedFileName.id(path).isPresent()
        && Files.isRegularFile(path);
  }

  private void enter(Path path) {
    Path file = path.toAbsolutePath().normalize();
    try {
      FileTime changed = Files.getLastModifiedTime(file);
      if (changed.equals(notUsable.get(file)) || catalogue.hasFile(file.toString())) {
        return;
      }
      if (folders.find(file.toString()).isEmpty()
          || FileAccount.read(file).flatMap(catalogue::tell).isEmpty()) {
        notUsable.put(file, changed);
      } else {
        notUsable.remove(file);
      }
    } catch (NoSuchFileException e) {
      notUsable.remove(file);
    } catch (IOException e) {
      LOG.warn("{} is not entered: {}", file, e.getMessage());
      try {
        notUsable.put(file, Files.getLastModifiedTime(file));
      } catch (IOException gone) {
        LOG.debug("{} is gone", file, gone);
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    zooKeepers.values().forEach(ZooKeeperNews::close);
    try {
      boolean ended = threads.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      for (ZooKeeperNews one : zooKeepers.values()) {
        ended &= one.awaitEnd(CLOSE_WITHIN);
      }
      if (!ended) {
        LOG.warn("News of scans are still taken after {} s", CLOSE_WITHIN.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
