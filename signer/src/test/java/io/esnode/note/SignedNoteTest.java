package io.esnode.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedNoteTest {
  private static final NoteSigner LOG = signer("example.org/log");
  private static final NoteSigner WITNESS = signer("witness.example");
  private static final String TEXT = "A first line, 85 °C\n\nand a last one.\n";
  private static final byte[] NOTE = note(LOG);

  static NoteSigner signer(String name) {
    try {
      return new NoteSigner(name, KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] note(NoteSigner... signers) {
    try {
      return SignedNote.sign(TEXT, List.of(signers)).toBytes();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String verified(byte[] note, NoteSigner... known) throws NoteException {
    return SignedNote.parse(note)
        .verified(Arrays.stream(known).map(NoteSigner::key).toList());
  }

  private static void assertRefused(byte[] note, NoteSigner... known) {
    assertThatThrownBy(() -> verified(note, known)).isInstanceOf(NoteException.class);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void textComesBackWithItsLastNewLine() throws IOException {
    assertThat(verified(NOTE, LOG)).isEqualTo(TEXT);
    assertThat(SignedNote.parse(NOTE).toBytes()).isEqualTo(NOTE);
  }

  @Test
  void keyIsReadAsItIsWritten() throws IOException {
    String text = LOG.key().toString();

    assertThat(NoteKey.parse(text)).hasToString(text);
    assertThat(SignedNote.parse(NOTE).verified(List.of(NoteKey.parse(text)))).isEqualTo(TEXT);
  }

  /** The key of C2SP's example, whose name, id and bytes have one text. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3Q==",
        "example.com/foo+530d903a+",
        " example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n"
      })
  void otherTextsAreNoKey(String text) {
    assertThatThrownBy(() -> NoteKey.parse(text)).isInstanceOf(NoteException.class);
  }

  @Test
  void keyOfC2spsExampleIsOne() throws NoteException {
    assertThat(
            NoteKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
                .name())
        .isEqualTo("example.com/foo");
  }

  @Test
  void anotherKeyIsUnknownWhateverItsName() {
    assertRefused(NOTE);
    assertRefused(NOTE, WITNESS);
    assertRefused(NOTE, signer("example.org/log"));
  }

  @Test
  void unknownSignersAreIgnored() throws NoteException {
    byte[] both = note(WITNESS, LOG);

    assertThat(verified(both, LOG)).isEqualTo(TEXT);
    assertThat(verified(both, WITNESS)).isEqualTo(TEXT);
    assertThat(verified(both, WITNESS, LOG)).isEqualTo(TEXT);
  }

  @Test
  void wrongSignatureOfAKnownKeyRefusesTheNote() throws IOException {
    String other = new String(
        SignedNote.sign("another text\n", List.of(WITNESS)).toBytes(), StandardCharsets.UTF_8);
    String line = other.substring(other.lastIndexOf("\n\n") + 2);
    byte[] note = bytes(new String(NOTE, StandardCharsets.UTF_8) + line);

    assertThat(verified(note, LOG)).isEqualTo(TEXT);
    assertRefused(note, LOG, WITNESS);
  }

  @Test
  void manySignaturesAreTaken() throws NoteException {
    NoteSigner[] many = new NoteSigner[SignedNote.MAX_SIGNATURES];
    for (int i = 0; i < many.length; i++) {
      many[i] = i == 77 ? LOG : WITNESS;
    }

    assertThat(verified(note(many), LOG, WITNESS)).isEqualTo(TEXT);
    NoteSigner[] more = Arrays.copyOf(many, many.length + 1);
    more[many.length] = WITNESS;
    assertThatThrownBy(() -> SignedNote.sign(TEXT, List.of(more)))
        .isInstanceOf(NoteException.class);
  }

  @Test
  void everyChangedBitOfTheTextIsRefused() {
    List<Integer> accepted = IntStream.range(0, bytes(TEXT).length * 8)
        .filter(bit -> {
          byte[] changed = NOTE.clone();
          changed[bit / 8] ^= (byte) (1 << (bit % 8));
          try {
            verified(changed, LOG);
            return true;
          } catch (NoteException e) {
            return false;
          }
        })
        .boxed()
        .toList();

    assertThat(accepted).isEmpty();
  }

  @Test
  void tornNoteIsRefused() {
    for (int length = 0; length < NOTE.length; length++) {
      assertRefused(Arrays.copyOf(NOTE, length), LOG);
    }
  }

  @Test
  void otherFormsAreRefused() {
    String note = new String(NOTE, StandardCharsets.UTF_8);
    String base64 = note.substring(note.lastIndexOf(' ') + 1).strip();
    List<String> forms = new ArrayList<>(List.of(
        note + "\n",
        note + "x",
        note.replace("\u2014", "-"),
        note.replace("\u2014 ", "\u2014  "),
        note.replace("\n\u2014", "\u2014"),
        note.replace("\n", "\r\n"),
        note.replace(base64, base64.replaceAll("=+$", "")),
        note.replace(base64, base64 + " "),
        note.replace(base64, "AAAA"),
        note.replace(base64, ""),
        "\u2014 a AAAAAAAA\n"));

    forms.forEach(form -> assertRefused(bytes(form), LOG));
    assertRefused(new byte[] {(byte) 0xff, '\n', '\n', 'x', '\n'}, LOG);
    assertRefused(new byte[SignedNote.MAX_BYTES + 1], LOG);
  }

  @Test
  void signatureOfAnotherLengthIsRefused() {
    byte[] longer = new byte[NoteKey.ID_BYTES + NoteKey.SIGNATURE_BYTES + 1];
    System.arraycopy(LOG.key().id(), 0, longer, 0, NoteKey.ID_BYTES);

    assertRefused(
        bytes("x\n\n\u2014 example.org/log %s\n"
            .formatted(Base64.getEncoder().encodeToString(longer))),
        LOG);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no new line", "a\tb\n", "\ud800\n"})
  void textThatCannotBeReadBackIsNotSigned(String text) {
    assertThatThrownBy(() -> SignedNote.sign(text, List.of(LOG))).isInstanceOf(NoteException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a+b", "a\u00a0b", "a\nb"})
  void nameThatWouldBreakTheLineIsRefused(String name) {
    assertThatThrownBy(
            () -> new NoteSigner(name, KeyPairGenerator.getInstance("Ed25519").generateKeyPair()))
        .isInstanceOf(NoteException.class);
  }

  @Test
  void keyOfAnotherKindDoesNotSignNotes() {
    assertThatThrownBy(
            () -> new NoteSigner("a", KeyPairGenerator.getInstance("EC").generateKeyPair()))
        .isInstanceOf(NoteException.class)
        .hasMessageContaining("expected Ed25519");
  }

  @FuzzTest
  void anyBytesAreNoteOrNoteException(byte[] data) {
    try {
      SignedNote note = SignedNote.parse(data);
      assertThat(note.toBytes()).isEqualTo(data);
      note.verified(List.of(LOG.key()));
    } catch (NoteException refused) {
      return;
    }
  }

  @FuzzTest
  void anyTextIsKeyOrNoteException(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    try {
      assertThat(NoteKey.parse(text)).hasToString(text);
    } catch (NoteException refused) {
      return;
    }
  }
}
