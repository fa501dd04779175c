import { createPrivateKey, generateKeyPair, randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import type { PrivateFiles } from '../uploads/folder/private-files.ts';

const NAME = 'https.pem';
const DAY_MS = 24 * 60 * 60_000;
/** More than 398 days, and Apple's systems refuse it (support.apple.com/102028). */
const VALID_MS = 397 * DAY_MS;
/** Made anew when it would end sooner than this. */
const LEFT_MS = 14 * DAY_MS;
/** Those of networks that this computer was in before stay in it, so that going home does not mean another certificate. */
const MOST_NAMES = 40;

/** What makes a listener speak HTTPS. */
export interface Certificate {
  /** PEM: the certificate, and the private key that belongs to it. */
  readonly pem: string;
  /** SHA-256 of the certificate, as browsers show it: "AB:CD:…". */
  readonly fingerprint: string;
}

/**
 * The certificate of this computer, made on it, for all its names and addresses; kept, and made anew when it ends soon or a name is
 * missing in it. Nobody vouches for it: people compare its fingerprint.
 * @param names host names and addresses
 */
export async function openCertificate(files: PrivateFiles, names: readonly string[]): Promise<Certificate> {
  const isWorth = (found: Buffer): boolean => isUsable(found.toString(), names);
  const known = await files.read(NAME);
  if (known !== null && isWorth(known)) return certificateOf(known.toString());
  const older = known === null ? [] : namesIn(known.toString());
  const made = await makeCertificate([...new Set([...names, ...older])].slice(0, MOST_NAMES));
  return certificateOf((await files.keep(NAME, Buffer.from(made), isWorth)).toString());
}

function certificateOf(pem: string): Certificate {
  return { pem, fingerprint: new X509Certificate(pem).fingerprint256 };
}

function isUsable(pem: string, names: readonly string[]): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const isFor = (name: string): boolean => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
    return certificate.checkPrivateKey(createPrivateKey(pem)) && Date.parse(certificate.validTo) - Date.now() > LEFT_MS && names.every(isFor);
  } catch {
    // Cut, or not a certificate at all.
    return false;
  }
}

/** From "DNS:tower.local, IP Address:192.168.1.2". */
function namesIn(pem: string): readonly string[] {
  try {
    return [...(new X509Certificate(pem).subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^,]+)/gu)].map(([, name = '']) => name.toLowerCase());
  } catch {
    // Not a certificate: it names nobody.
    return [];
  }
}

async function makeCertificate(names: readonly string[]): Promise<string> {
  // Only here, because it is large and rarely needed.
  const { default: forge } = await import('node-forge');
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  // Positive and of 20 bytes at most (RFC 5280, section 4.1.2.2).
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  // A phone's clock may be behind.
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() - DAY_MS + VALID_MS);
  const whose = [{ name: 'commonName', value: 'Slipway' }];
  certificate.setSubject(whose);
  certificate.setIssuer(whose);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    // Types of RFC 5280, section 4.2.1.6: 2 is a DNS name, 7 an address.
    { name: 'subjectAltName', altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })) },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate) + privateKey;
}
