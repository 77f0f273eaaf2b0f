package io.millrace.sockets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.zeromq.ZMQ;

/**
 * Makes key files: one for each kind of part, which holds no more than that needs, and one with
 * everything for a machine on which all parts run.
 *
 * @see CurveKeys
 */
public final class KeyFolder {
  /** For who binds. */
  public static final String AGGREGATOR = "aggregator.keys";

  /** For who sends. */
  public static final String PRODUCER = "producer.keys";

  /** For who receives: Flink's TaskManagers. */
  public static final String LANES = "lanes.keys";

  /** For all of them on one machine. */
  public static final String ALL = "all.keys";

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private KeyFolder() {}

  /**
   * Makes new keys.
   *
   * @param folder where to; made for its owner only if it is not there
   * @return the files, by name
   * @throws IOException if others may write into the folder, one of the files is there already, or
   *     it cannot be written
   */
  public static Map<String, Path> create(Path folder) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(
          "others than its owner may write into %s (%s), and so exchange the keys; chmod go-w it, or give another --directory"
              .formatted(folder, PosixFilePermissions.toString(permissions)));
    }
    Map<String, Path> files = new LinkedHashMap<>();
    for (String name : new String[] {AGGREGATOR, PRODUCER, LANES, ALL}) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        throw new IOException(
            "%s is there already, and is not overwritten; give another --directory, or remove it if nobody needs it"
                .formatted(file));
      }
      files.put(name, file);
    }
    ZMQ.Curve.KeyPair server = ZMQ.Curve.generateKeyPair();
    ZMQ.Curve.KeyPair producer = ZMQ.Curve.generateKeyPair();
    ZMQ.Curve.KeyPair lanes = ZMQ.Curve.generateKeyPair();
    ZMQ.Curve.KeyPair all = ZMQ.Curve.generateKeyPair();
    String serverPublic = line(CurveKeys.SERVER_PUBLIC, server.publicKey);
    String serving = serverPublic + line(CurveKeys.SERVER_SECRET, server.secretKey);
    String allowed =
        line(CurveKeys.ALLOWED_CLIENT, producer.publicKey)
            + line(CurveKeys.ALLOWED_CLIENT, lanes.publicKey)
            + line(CurveKeys.ALLOWED_CLIENT, all.publicKey);
    write(files.get(AGGREGATOR), "an aggregator", serving + allowed);
    write(files.get(PRODUCER), "producers", serverPublic + client(producer));
    write(files.get(LANES), "lanes (Flink's TaskManagers)", serverPublic + client(lanes));
    write(files.get(ALL), "all parts on one machine", serving + allowed + client(all));
    return files;
  }

  private static String client(ZMQ.Curve.KeyPair pair) {
    return line(CurveKeys.CLIENT_PUBLIC, pair.publicKey)
        + line(CurveKeys.CLIENT_SECRET, pair.secretKey);
  }

  private static String line(String name, String key) {
    return "%-14s %s%n".formatted(name, key);
  }

  private static void write(Path file, String whose, String keys) throws IOException {
    // With its permissions from the first moment on.
    Files.createFile(file, OWNER_ONLY);
    String head = "# The keys of %s; %s names this file.%n".formatted(whose, CurveKeys.VARIABLE);
    Files.writeString(
        file, head + keys, StandardCharsets.US_ASCII, StandardOpenOption.TRUNCATE_EXISTING);
  }
}
