import type { ConnectionMessages } from './connection-messages.ts';

export const ENGLISH_CONNECTION: ConnectionMessages = {
  title: 'No device yet? Look at these, in this order:',
  foundTitle: 'This is in the way:',
  obstacles: {
    none: ['This computer is in no network.', 'Connect it to the Wi-Fi that the phone uses, or to its router by cable.'],
    'not-there': ['None of the networks that you chose is connected.', 'Connect it, or choose others under “Networks and time”.'],
    'self-assigned': ['The network gives this computer no address.', 'Turn Wi-Fi off and on, pull the cable and plug it in, or restart the router.'],
    'unknown-name': ['A device reached this computer under a name that is not its own.', 'The network works. Scan the QR code again, or type the address exactly as it stands here.'],
    'not-trusted': ['A device reached this computer, and its browser stopped at the certificate.', 'The network works. On the phone, compare the fingerprint, then choose “Advanced” or “Show details” and continue.'],
    'hung-up': ['A device reached this computer and left before it asked for the page.', 'The network works. Its browser may insist on HTTPS: turn on “Encrypt (HTTPS)” below, or type the address with http://.'],
    vpn: ['A VPN is on, and all that leaves this computer goes through it.', 'Many VPNs keep neighbours away. Turn it off, or allow the local network in its settings.'],
    'same-network': ['The same network?', 'The phone has to be in the same Wi-Fi as this computer, not on mobile data.'],
    'guest-network': ['A guest Wi-Fi?', 'Guest networks keep devices apart, and so do hotels and many offices. Use the main network, or the phone’s hotspot.'],
    'maybe-vpn': ['A VPN on the phone or here?', 'Turn it off for a moment, or allow the local network in its settings. On an iPhone, also try without Private Relay.'],
  },
  firewall: {
    win32: ['Microsoft Defender Firewall?', 'Windows shuts devices out of networks of the type Public. Settings → Network & internet → your network → Private network. Or, in a PowerShell of the administrator:'],
    darwin: ['The firewall of the Mac?', 'System Settings → Network → Firewall → Options: Slipway has to allow incoming connections. System Settings → Privacy & Security → Local Network: Slipway has to be on.'],
    linux: ['A firewall?', 'Where ufw or firewalld is on, it shuts devices out. Let them in to this port:'],
  },
  copy: 'Copy',
  copied: 'Copied',
};
