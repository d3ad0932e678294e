package io.esnode.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpochChainTest {
  private static final String ID = "01993f6e-0000-7000-8000-000000000001";
  private static final String HEAD = Sha256.hex("head");

  /** A node's key in memory. */
  static EpochChain chain() throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      KeyPair pair = generator.generateKeyPair();
      return EpochChain.begin(
          ID, 1_790_000_000_000_000L, 5_000_000_000L, null, new EpochChain.NodeKey() {
            @Override
            public byte[] spki() {
              return pair.getPublic().getEncoded();
            }

            @Override
            public byte[] sign(byte[] message) throws IOException {
              try {
                Signature ecdsa = Signature.getInstance("SHA256withECDSA");
                ecdsa.initSign(pair.getPrivate());
                ecdsa.update(message);
                return ecdsa.sign();
              } catch (GeneralSecurityException e) {
                throw new IOException(e);
              }
            }
          });
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  static EpochSeal seal(EpochChain chain, EpochSeal.Reason reason, long number) {
    return chain.seal(
        reason, 1_790_000_000_000_000L + number, 5_000_000_000L + number, 0, 100 + number, HEAD);
  }

  @Test
  void everyEpochIsSignedWithTheKeyThatTheOneBeforeNames() throws Exception {
    EpochChain chain = chain();

    EpochSeal first = seal(chain, EpochSeal.Reason.INTERVAL, 1);
    EpochSeal second = seal(chain, EpochSeal.Reason.SEGMENT, 2);

    assertThat(chain.genesis().nextKeySha256()).isEqualTo(first.keySha256());
    assertThat(first.nextKeySha256()).isEqualTo(second.keySha256());
    assertThat(List.of(chain.genesis().epoch(), first.epoch(), second.epoch()))
        .containsExactly(0L, 1L, 2L);
    for (EpochSeal seal : List.of(chain.genesis(), first, second)) {
      assertThat(verifies(seal)).isTrue();
    }
    assertThat(first.key()).isNotEqualTo(second.key());
  }

  @Test
  void lastEpochNamesNoKeyAndNothingFollows() throws IOException {
    EpochChain chain = chain();

    EpochSeal last = seal(chain, EpochSeal.Reason.END, 1);

    assertThat(last.nextKeySha256()).isNull();
    assertThat(chain.ended()).isTrue();
    assertThatThrownBy(() -> seal(chain, EpochSeal.Reason.INTERVAL, 2))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void keyOfAnEpochSignsOnce() throws IOException {
    EpochKey key = EpochKey.generate();
    EpochSeal seal = chain().genesis();
    key.signOnce(seal);

    assertThatThrownBy(() -> key.signOnce(seal)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void sealIsTheSameAfterItWasWritten() throws Exception {
    EpochChain chain = chain();
    for (EpochSeal seal : List.of(
        chain.genesis(),
        seal(chain, EpochSeal.Reason.INTERVAL, 1),
        seal(chain, EpochSeal.Reason.END, 2))) {
      byte[] written = seal.toJson().canonical().getBytes(StandardCharsets.UTF_8);

      assertThat(EpochSeal.from(JsonReader.object(written))).isEqualTo(seal);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "epoch, -1",
    "epoch, 0",
    "reason, genesis",
    "reason, later",
    "reason, end",
    "ts_us, -1",
    "ts_us, 4503599627370497",
    "mono_ns, 5",
    "segment, -1",
    "segment, null",
    "offset_bytes, null",
    "head_sha256, null",
    "head_sha256, AB",
    "key, 'AB'",
    "key, 'not base64'",
    "signature, 'QQ'",
    "next_key_sha256, null",
    "recording_id, 'a b'",
  })
  void sealOfAnotherShapeIsRefused(String member, String value) throws Exception {
    Json.Obj seal = seal(chain(), EpochSeal.Reason.INTERVAL, 1).toJson();
    Json.Builder changed = Json.object();
    for (Map.Entry<String, Json> each : seal.members().entrySet()) {
      boolean number = value.matches("-?[0-9]+");
      changed.put(
          each.getKey(),
          !each.getKey().equals(member)
              ? each.getValue()
              : value.equals("null")
                  ? Json.Null.NULL
                  : number ? Json.of(Long.parseLong(value)) : Json.of(value));
    }

    assertThatThrownBy(() -> EpochSeal.from(changed.build())).isInstanceOf(JsonException.class);
  }

  private static boolean verifies(EpochSeal seal) throws GeneralSecurityException {
    Signature ecdsa = Signature.getInstance("SHA256withECDSA");
    ecdsa.initVerify(
        KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(seal.keyBytes())));
    ecdsa.update(seal.signed());
    return ecdsa.verify(seal.signatureBytes());
  }
}
