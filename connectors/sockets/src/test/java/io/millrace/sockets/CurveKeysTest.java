package io.millrace.sockets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

class CurveKeysTest {
  private static final ZMQ.Curve.KeyPair PAIR = ZMQ.Curve.generateKeyPair();

  @TempDir Path folder;

  private Path file(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("some.keys"), content);
    return mode(file, "rw-------");
  }

  private static Path mode(Path file, String mode) throws IOException {
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static String line(String name, String key) {
    return name + " " + key + "\n";
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx------"})
  void aFileThatIsNotForItsOwnerAloneIsRefused(String mode) throws IOException {
    Path file = mode(file(line("client-public", PAIR.publicKey)), mode);
    assertThatThrownBy(() -> CurveKeys.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("chmod 600");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> CurveKeys.read(folder.resolve("nowhere")))
        .hasMessageContaining("nowhere")
        .hasMessageContaining(CurveKeys.VARIABLE)
        .hasMessageContaining("millrace keys --directory");
  }

  @Test
  void somethingElseIsRefusedByItsLineAndNotSaid() throws IOException {
    String secret = PAIR.secretKey;
    for (String wrong :
        new String[] {
          "server-secret " + secret.substring(1),
          "server-secret " + secret + " " + secret,
          "server-key " + secret,
          secret,
          "server-secret=" + secret,
          "server-secret ~" + secret.substring(1)
        }) {
      Path file = file("# a comment\n\n" + wrong + "\n");
      assertThatThrownBy(() -> CurveKeys.read(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("line 3")
          .hasMessageContaining(file.toString())
          .hasMessageNotContaining(secret.substring(1));
    }
  }

  @Test
  void aFileThatIsNoTextIsRefused() throws IOException {
    Path file = file("");
    Files.write(file, new byte[] {(byte) 0xff, 0, 1, 2});
    assertThatThrownBy(() -> CurveKeys.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void keysThatDoNotBelongTogetherAreRefused() throws IOException {
    Path file =
        file(
            line("client-public", ZMQ.Curve.generateKeyPair().publicKey)
                + line("client-secret", PAIR.secretKey));
    assertThatThrownBy(() -> CurveKeys.read(file))
        .hasMessageContaining("do not belong together")
        .hasMessageNotContaining(PAIR.secretKey);
  }

  @Test
  void aKeyThatStandsTwiceIsRefused() throws IOException {
    Path file = file(line("server-public", PAIR.publicKey) + line("server-public", PAIR.publicKey));
    assertThatThrownBy(() -> CurveKeys.read(file)).hasMessageContaining("second server-public");
  }

  @Test
  void whatAPartNeedsAndTheFileDoesNotHaveIsNamed() throws IOException {
    Map<String, Path> files = KeyFolder.create(folder.resolve("keys"));
    CurveKeys producer = CurveKeys.read(files.get(KeyFolder.PRODUCER));
    CurveKeys aggregator = CurveKeys.read(files.get(KeyFolder.AGGREGATOR));
    CurveKeys all = CurveKeys.read(files.get(KeyFolder.ALL));
    CurveKeys nobody =
        CurveKeys.read(
            file(line("server-public", PAIR.publicKey) + line("server-secret", PAIR.secretKey)));
    ZMQ.Context context = ZMQ.context(1);
    try (ZMQ.Socket socket = context.socket(SocketType.PULL)) {
      assertThatThrownBy(() -> producer.serve(socket))
          .hasMessageContaining("no server-secret")
          .hasMessageContaining(files.get(KeyFolder.PRODUCER).toString());
      assertThatThrownBy(() -> aggregator.connect(socket)).hasMessageContaining("no client-public");
      assertThatThrownBy(() -> nobody.serve(socket)).hasMessageContaining("no allowed-client");
      assertThatCode(() -> all.serve(socket)).doesNotThrowAnyException();
      assertThatCode(() -> all.connect(socket)).doesNotThrowAnyException();
    }
    context.term();
  }

  @Test
  void noKeyIsInTheText() throws IOException {
    Path file = KeyFolder.create(folder.resolve("keys")).get(KeyFolder.ALL);
    CurveKeys keys = CurveKeys.read(file);
    assertThat(keys).hasToString("keys of " + file);
  }

  @Test
  void filesAreMadeForTheirOwnerOnlyAndEachHoldsWhatItsPartNeeds() throws IOException {
    Path made = folder.resolve("a/keys");
    Map<String, Path> files = KeyFolder.create(made);
    assertThat(files.keySet())
        .containsExactly("aggregator.keys", "producer.keys", "lanes.keys", "all.keys");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
        .isEqualTo("rwx------");
    for (Path file : files.values()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    assertThat(Files.readString(files.get(KeyFolder.PRODUCER))).doesNotContain("server-secret");
    assertThat(Files.readString(files.get(KeyFolder.LANES))).doesNotContain("server-secret");
    assertThat(Files.readString(files.get(KeyFolder.AGGREGATOR))).doesNotContain("client-secret");
  }

  @Test
  void whatIsThereIsNotOverwritten() throws IOException {
    Path made = folder.resolve("keys");
    Path lanes = KeyFolder.create(made).get(KeyFolder.LANES);
    Files.delete(made.resolve(KeyFolder.AGGREGATOR));
    String before = Files.readString(lanes);
    assertThatThrownBy(() -> KeyFolder.create(made))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is there already")
        .hasMessageContaining("another --directory");
    assertThat(lanes).hasContent(before);
    assertThat(made.resolve(KeyFolder.AGGREGATOR)).doesNotExist();
  }

  @Test
  void aFolderThatOthersMayWriteIntoIsRefused() throws IOException {
    Path open = mode(Files.createDirectory(folder.resolve("open")), "rwxrwxr-x");
    assertThatThrownBy(() -> KeyFolder.create(open))
        .hasMessageContaining(open.toString())
        .hasMessageContaining("chmod go-w");
    assertThat(open).isEmptyDirectory();
  }
}
