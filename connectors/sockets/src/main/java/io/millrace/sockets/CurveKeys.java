package io.millrace.sockets;

import com.neilalexander.jnacl.crypto.curve25519;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.zeromq.ZMQ;

/**
 * The CURVE keys of this process, with which its sockets encrypt what they send and prove who they
 * are. The environment variable {@link #VARIABLE} names the file; without it, sockets are open to
 * everybody. Who binds is the server, who connects is a client.
 *
 * <p>The file has a line for each key, {@code name value}, and only its owner may read it:
 *
 * <pre>
 *   server-public   who connects checks with it whom it has reached
 *   server-secret   only who binds has it
 *   client-public   who binds lets in whom it knows by it
 *   client-secret   only who connects has it
 *   allowed-client  a client-public that is let in; as many lines as there are
 * </pre>
 */
public final class CurveKeys {
  /** The environment variable that names the file. */
  public static final String VARIABLE = "MILLRACE_CURVE_KEYS";

  static final String SERVER_PUBLIC = "server-public";
  static final String SERVER_SECRET = "server-secret";
  static final String CLIENT_PUBLIC = "client-public";
  static final String CLIENT_SECRET = "client-secret";
  static final String ALLOWED_CLIENT = "allowed-client";

  private static final List<String> NAMES =
      List.of(SERVER_PUBLIC, SERVER_SECRET, CLIENT_PUBLIC, CLIENT_SECRET, ALLOWED_CLIENT);
  private static final Pattern Z85 = Pattern.compile("[0-9a-zA-Z.:+=^!/*?&<>()\\[\\]{}@%$#-]{40}");
  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final int KEY_BYTES = 32;

  private final Path file;
  private final Map<String, byte[]> keys = new HashMap<>();
  private final Set<String> allowed = new HashSet<>();

  private CurveKeys(Path file) {
    this.file = file;
  }

  /**
   * Those of this process' environment.
   *
   * @throws IOException if the file is not there, others may read it, or it holds something else;
   *     says what to do
   */
  public static Optional<CurveKeys> ofEnvironment() throws IOException {
    String file = System.getenv(VARIABLE);
    return file == null || file.isEmpty() ? Optional.empty() : Optional.of(read(Path.of(file)));
  }

  /**
   * Those of a file.
   *
   * @throws IOException as {@link #ofEnvironment}
   */
  public static CurveKeys read(Path named) throws IOException {
    // In messages, since what a relative one means depends on the process.
    Path file = named.toAbsolutePath();
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new IOException(
          "the key file %s is not there or cannot be read; correct %s, or make keys with: millrace keys --directory DIR"
              .formatted(file, VARIABLE));
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(permissions)) {
      throw new IOException(
          "others than its owner may read or write the key file %s (%s); chmod 600 it, and make new keys if somebody may have read it"
              .formatted(file, PosixFilePermissions.toString(permissions)));
    }
    CurveKeys keys = new CurveKeys(file);
    try {
      int number = 0;
      for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
        number++;
        if (!line.isBlank() && !line.startsWith("#")) {
          keys.take(line.strip(), number);
        }
      }
    } catch (CharacterCodingException e) {
      throw new IOException("the key file %s is no text; %s".formatted(file, next()), e);
    }
    keys.check(SERVER_PUBLIC, SERVER_SECRET);
    keys.check(CLIENT_PUBLIC, CLIENT_SECRET);
    return keys;
  }

  /** Never says what stands there: it may be a secret. */
  private void take(String line, int number) throws IOException {
    String[] words = line.split("\\s+");
    if (words.length != 2 || !NAMES.contains(words[0]) || !Z85.matcher(words[1]).matches()) {
      throw new IOException(
          "line %d of the key file %s is none of %s with a key of 40 characters; %s"
              .formatted(number, file, NAMES, next()));
    }
    if (words[0].equals(ALLOWED_CLIENT)) {
      allowed.add(words[1]);
    } else if (keys.put(words[0], ZMQ.Curve.z85Decode(words[1])) != null) {
      throw new IOException(
          "line %d of the key file %s is the second %s; leave one of them"
              .formatted(number, file, words[0]));
    }
  }

  private void check(String publicName, String secretName) throws IOException {
    byte[] secret = keys.get(secretName);
    if (secret == null) {
      return;
    }
    byte[] expected = new byte[KEY_BYTES];
    curve25519.crypto_scalarmult_base(expected, secret);
    if (!Arrays.equals(expected, keys.get(publicName))) {
      throw new IOException(
          "%s and %s of the key file %s do not belong together; %s"
              .formatted(publicName, secretName, file, next()));
    }
  }

  private static String next() {
    return "take it as millrace keys --directory DIR has written it";
  }

  private byte[] need(String name, String forWhat) throws IOException {
    byte[] key = keys.get(name);
    if (key == null) {
      throw new IOException(
          "the key file %s has no %s, which %s needs; give %s the file that is for it"
              .formatted(file, name, forWhat, VARIABLE));
    }
    return key;
  }

  /**
   * Makes a socket that will be bound take only clients that have the server's public key. Who else
   * has to be known, a {@link Gatekeeper} sees to.
   *
   * @throws IOException if the file has not the keys of a server
   */
  public void serve(ZMQ.Socket socket) throws IOException {
    String who = "who listens (an aggregator)";
    need(SERVER_PUBLIC, who);
    byte[] secret = need(SERVER_SECRET, who);
    if (allowed.isEmpty()) {
      throw new IOException(
          "the key file %s has no %s, so nobody could connect; add a line for each client's %s"
              .formatted(file, ALLOWED_CLIENT, CLIENT_PUBLIC));
    }
    socket.setCurveServer(true);
    socket.setCurvePublicKey(keys.get(SERVER_PUBLIC));
    socket.setCurveSecretKey(secret);
  }

  /**
   * Makes a socket that will connect prove who it is, and talk only to the server of these keys.
   *
   * @throws IOException if the file has not the keys of a client
   */
  public void connect(ZMQ.Socket socket) throws IOException {
    String who = "who connects (a producer, a lane)";
    socket.setCurveServerKey(need(SERVER_PUBLIC, who));
    socket.setCurvePublicKey(need(CLIENT_PUBLIC, who));
    socket.setCurveSecretKey(need(CLIENT_SECRET, who));
  }

  /** Whether a client of this public key is let in. */
  boolean allows(byte[] clientPublic) {
    return clientPublic.length == KEY_BYTES && allowed.contains(ZMQ.Curve.z85Encode(clientPublic));
  }

  /** Where they come from; never the keys. */
  @Override
  public String toString() {
    return "keys of " + file;
  }
}
