import type { ConnectionMessages } from './connection-messages.ts';

export const GERMAN_CONNECTION: ConnectionMessages = {
  title: 'Noch kein Gerät da? Sehen Sie nach, in dieser Reihenfolge:',
  foundTitle: 'Das steht im Weg:',
  obstacles: {
    none: ['Dieser Computer ist in keinem Netz.', 'Verbinden Sie ihn mit dem WLAN des Telefons oder per Kabel mit dessen Router.'],
    'not-there': ['Keins der gewählten Netze ist verbunden.', 'Verbinden Sie es, oder wählen Sie andere unter „Netze und Dauer“.'],
    'self-assigned': ['Das Netz gibt diesem Computer keine Adresse.', 'Schalten Sie das WLAN aus und wieder ein, ziehen und stecken Sie das Kabel, oder starten Sie den Router neu.'],
    'unknown-name': ['Ein Gerät hat diesen Computer unter einem Namen erreicht, der nicht seiner ist.', 'Das Netz funktioniert. Scannen Sie den QR-Code noch einmal, oder tippen Sie die Adresse genau so, wie sie hier steht.'],
    'not-trusted': ['Ein Gerät hat diesen Computer erreicht, und sein Browser blieb beim Zertifikat stehen.', 'Das Netz funktioniert. Vergleichen Sie auf dem Telefon den Fingerabdruck, wählen Sie dann „Erweitert“ oder „Details“ und gehen Sie weiter.'],
    'hung-up': ['Ein Gerät hat diesen Computer erreicht und ging, bevor es nach der Seite fragte.', 'Das Netz funktioniert. Vielleicht besteht sein Browser auf HTTPS: Schalten Sie unten „Verschlüsseln (HTTPS)“ ein, oder tippen Sie die Adresse mit http://.'],
    vpn: ['Ein VPN ist an, und alles geht von diesem Computer durch es hinaus.', 'Viele VPNs halten Nachbarn fern. Schalten Sie es aus, oder erlauben Sie in ihm das lokale Netz.'],
    'same-network': ['Dasselbe Netz?', 'Das Telefon muss im selben WLAN sein wie dieser Computer, nicht im Mobilfunk.'],
    'guest-network': ['Ein Gast-WLAN?', 'Gastnetze halten Geräte auseinander, Hotels und viele Büros auch. Nehmen Sie das Hauptnetz oder den Hotspot des Telefons.'],
    'maybe-vpn': ['Ein VPN auf dem Telefon oder hier?', 'Schalten Sie es kurz aus, oder erlauben Sie in ihm das lokale Netz. Auf einem iPhone auch einmal ohne Privat-Relay.'],
  },
  firewall: {
    win32: ['Die Microsoft Defender Firewall?', 'Windows sperrt Geräte aus, wenn das Netz vom Typ „Öffentlich“ ist. Einstellungen → Netzwerk und Internet → Ihr Netz → Privates Netzwerk. Oder in einer PowerShell als Administrator:'],
    darwin: ['Die Firewall des Macs?', 'Systemeinstellungen → Netzwerk → Firewall → Optionen: Slipway muss eingehende Verbindungen erlauben. Systemeinstellungen → Datenschutz & Sicherheit → Lokales Netzwerk: Slipway muss an sein.'],
    linux: ['Eine Firewall?', 'Wo ufw oder firewalld an ist, sperrt es Geräte aus. Lassen Sie sie an diesen Port:'],
  },
  copy: 'Kopieren',
  copied: 'Kopiert',
};
