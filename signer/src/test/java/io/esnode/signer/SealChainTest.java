package io.esnode.signer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.bundle.Sha256;
import io.esnode.seal.EpochChain;
import io.esnode.seal.EpochSeal;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Verdict;
import io.esnode.signer.SealChain.Ending;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SealChainTest {
  private static final SigningKey NODE = SigningKey.generate();
  private static final String ID = "01993f6e-0000-7000-8000-000000000001";
  private static final long TS = 1_790_000_000_000_000L;

  /** Epochs 0 to 5: four of an interval, then the end. */
  private static List<EpochSeal> recorded(String id, SigningKey node) throws IOException {
    EpochChain chain = EpochChain.begin(id, TS, 1000, null, new SidecarSigner(node));
    List<EpochSeal> seals = new ArrayList<>(List.of(chain.genesis()));
    for (int epoch = 1; epoch <= 5; epoch++) {
      seals.add(chain.seal(
          epoch == 5 ? EpochSeal.Reason.END : EpochSeal.Reason.INTERVAL,
          TS + epoch,
          1000 + epoch,
          0,
          100L * epoch,
          Sha256.hex("head" + epoch)));
    }
    return seals;
  }

  private static SealChain judge(List<EpochSeal> seals) {
    return SealChain.judge(List.of(part(seals)), TrustedKeys.none());
  }

  private static SealChain.Part part(List<EpochSeal> seals) {
    return new SealChain.Part(
        "b.parquet", NODE.verifyingKey().keyId(), true, Ending.OF_RECORDING, seals);
  }

  private static List<ReasonCode> failures(SealChain chain) {
    return chain.checks().stream()
        .filter(check -> !check.passed())
        .map(Verdict.Check::reason)
        .toList();
  }

  @Test
  void chainOfOneRecordingHolds() throws IOException {
    SealChain chain = judge(recorded(ID, NODE));

    assertThat(chain.checks()).hasSize(1).allMatch(Verdict.Check::passed);
    assertThat(chain.notPerformed()).isEmpty();
    assertThat(chain.byEpoch().keySet()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void headThatWasChangedIsNotSigned() throws IOException {
    List<EpochSeal> seals = recorded(ID, NODE);
    EpochSeal seal = seals.get(2);
    seals.set(
        2,
        new EpochSeal(
            seal.recordingId(),
            seal.epoch(),
            seal.reason(),
            seal.tsMicros(),
            seal.monoNanos(),
            seal.segment(),
            seal.offsetBytes(),
            Sha256.hex("other"),
            seal.key(),
            seal.nextKeySha256(),
            seal.signature()));

    assertThat(failures(judge(seals))).containsExactly(ReasonCode.SEAL_INVALID);
  }

  @Test
  void sealOfAnotherChainBreaksTheHandOver() throws IOException {
    List<EpochSeal> seals = recorded(ID, NODE);
    seals.set(3, recorded(ID, NODE).get(3));

    assertThat(failures(judge(seals)))
        .containsExactly(ReasonCode.SEAL_CHAIN_BROKEN, ReasonCode.SEAL_CHAIN_BROKEN);
  }

  @Test
  void keysThatWereSwappedAreNoticed() throws IOException {
    List<EpochSeal> seals = recorded(ID, NODE);
    EpochSeal second = seals.get(2);
    EpochSeal third = seals.get(3);
    seals.set(2, withKeyOf(second, third));
    seals.set(3, withKeyOf(third, second));

    assertThat(failures(judge(seals))).contains(ReasonCode.SEAL_INVALID);
  }

  private static EpochSeal withKeyOf(EpochSeal seal, EpochSeal other) {
    return new EpochSeal(
        seal.recordingId(),
        seal.epoch(),
        seal.reason(),
        seal.tsMicros(),
        seal.monoNanos(),
        seal.segment(),
        seal.offsetBytes(),
        seal.headSha256(),
        other.key(),
        seal.nextKeySha256(),
        other.signature());
  }

  @Test
  void epochThatWasTakenOutIsMissing() throws IOException {
    List<EpochSeal> seals = recorded(ID, NODE);
    seals.remove(3);

    SealChain chain = judge(seals);

    assertThat(failures(chain)).containsExactly(ReasonCode.SEAL_MISSING);
    assertThat(chain.checks().get(0).message()).contains("no seal of epoch 3");
    assertThat(chain.notPerformed()).hasSize(1);
  }

  @Test
  void firstAndLastEpochAreMissedToo() throws IOException {
    List<EpochSeal> seals = recorded(ID, NODE);

    assertThat(failures(
            judge(List.of(seals.get(0), seals.get(2), seals.get(3), seals.get(4), seals.get(5)))))
        .containsExactly(ReasonCode.SEAL_MISSING);
    assertThat(failures(judge(seals.subList(0, 5)))).containsExactly(ReasonCode.SEAL_MISSING);
    assertThat(failures(judge(List.of()))).containsExactly(ReasonCode.SEAL_MISSING);
  }

  @Test
  void chainThatBeginsInTheMiddleHoldsAndSaysSo() throws IOException {
    List<EpochSeal> seals = recorded(ID, NODE);
    SealChain chain = SealChain.judge(
        List.of(new SealChain.Part(
            "ring.parquet",
            NODE.verifyingKey().keyId(),
            false,
            Ending.OF_SEGMENT,
            List.of(seals.get(0), seals.get(4), seals.get(5)))),
        TrustedKeys.none());

    assertThat(failures(chain)).isEmpty();
    assertThat(chain.notPerformed())
        .containsExactly(
            "whether the key of epoch 4 is the one that epoch 3 named: seals of epochs 1 to 3 were not given");
  }

  @Test
  void sealsOfAnotherRecordingAreNotOfThisOne() throws IOException {
    List<EpochSeal> mine = recorded(ID, NODE);
    EpochSeal foreign = recorded("01993f6e-0000-7000-8000-00000000beef", NODE).get(3);
    mine.set(
        3,
        new EpochSeal(
            ID,
            foreign.epoch(),
            foreign.reason(),
            foreign.tsMicros(),
            foreign.monoNanos(),
            foreign.segment(),
            foreign.offsetBytes(),
            foreign.headSha256(),
            foreign.key(),
            foreign.nextKeySha256(),
            foreign.signature()));

    assertThat(failures(judge(mine))).contains(ReasonCode.SEAL_INVALID);
  }

  @Test
  void twoHistoriesOfOneRecordingAreNoticed() throws IOException {
    SealChain chain = SealChain.judge(
        List.of(part(recorded(ID, NODE)), part(recorded(ID, NODE))), TrustedKeys.none());

    assertThat(failures(chain)).hasSize(6).containsOnly(ReasonCode.SEAL_INVALID);
  }

  @Test
  void sameSealsInTwoBundlesAreNoHarm() throws IOException {
    List<EpochSeal> seals = recorded(ID, NODE);

    assertThat(failures(SealChain.judge(List.of(part(seals), part(seals)), TrustedKeys.none())))
        .isEmpty();
  }

  @Test
  void genesisOfAKeyThatNobodyVouchesForIsUntrusted() throws IOException {
    SigningKey other = SigningKey.generate();
    List<EpochSeal> seals = recorded(ID, other);

    assertThat(failures(judge(seals))).containsExactly(ReasonCode.GENESIS_UNKNOWN);
    TrustedKeys trusted = TrustedKeys.of(
        List.of(TrustedKey.pinned("old", other.verifyingKey(), Instant.ofEpochSecond(1))));
    assertThat(failures(SealChain.judge(List.of(part(seals)), trusted))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Ending.class)
  void endThatHasToBeSealedIs(Ending ending) throws IOException {
    List<EpochSeal> cut = recorded(ID, NODE).subList(0, 4);
    SealChain chain = SealChain.judge(
        List.of(new SealChain.Part("b.parquet", NODE.verifyingKey().keyId(), true, ending, cut)),
        TrustedKeys.none());

    assertThat(failures(chain).isEmpty()).isEqualTo(ending == Ending.ANYWHERE);
  }

  @Test
  void timeThatGoesBackIsNoticed() throws IOException {
    EpochChain chain = EpochChain.begin(ID, TS, 1000, null, new SidecarSigner(NODE));
    List<EpochSeal> seals = List.of(
        chain.genesis(),
        chain.seal(EpochSeal.Reason.INTERVAL, TS, 3000, 0, 100, Sha256.hex("a")),
        chain.seal(EpochSeal.Reason.END, TS, 2000, 0, 200, Sha256.hex("b")));

    assertThat(failures(judge(seals))).containsExactly(ReasonCode.SEAL_CHAIN_BROKEN);
  }

  @Test
  void nodeKeySignsNothingElseThisWay() {
    assertThatThrownBy(() -> new SidecarSigner(NODE).sign("DSSEv1 28".getBytes(US_ASCII)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
