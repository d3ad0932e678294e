// A second opinion on a signature made with a key: npm @sigstore/verify, without any network.
// usage: [STAMPS=1] node verify-bundle.js TRUSTED_ROOT.json|none PUB.pem BUNDLE.json FILE
// The library checks the signature, and the file of a messageSignature; which file a statement is about is compared here.
'use strict';
const fs = require('fs');
const crypto = require('crypto');
const { bundleFromJSON } = require('@sigstore/bundle');
const { Verifier, toTrustMaterial, toSignedEntity } = require('@sigstore/verify');
const { TrustedRoot } = require('@sigstore/protobuf-specs');

const [rootFile, keyFile, bundleFile, artefact] = process.argv.slice(2);
const NO_ROOT = {
  mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  tlogs: [], certificateAuthorities: [], ctlogs: [], timestampAuthorities: [],
};

try {
  const root = rootFile === 'none' ? NO_ROOT : TrustedRoot.fromJSON(JSON.parse(fs.readFileSync(rootFile)));
  const key = crypto.createPublicKey(fs.readFileSync(keyFile));
  const spki = key.export({ type: 'spki', format: 'der' });
  const known = crypto.createHash('sha256').update(spki).digest('base64');
  const trust = toTrustMaterial(root, (hint) => {
    if (hint !== known) throw new Error('the bundle names another key: ' + hint);
    return { publicKey: key, validFor: () => true };
  });
  const bundle = bundleFromJSON(JSON.parse(fs.readFileSync(bundleFile)));
  const data = fs.readFileSync(artefact);
  const thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: Number(process.env.STAMPS || 0) };
  new Verifier(trust, thresholds).verify(toSignedEntity(bundle, data));
  if (bundle.content.$case === 'dsseEnvelope') {
    const sha256 = crypto.createHash('sha256').update(data).digest('hex');
    const statement = JSON.parse(bundle.content.dsseEnvelope.payload);
    if (!statement.subject.some((subject) => subject.digest.sha256 === sha256)) {
      throw new Error('no subject has sha256 ' + sha256);
    }
  }
} catch (e) {
  console.error(bundleFile + ': ' + (e.code || '') + ' ' + e.message);
  process.exitCode = 1;
}
