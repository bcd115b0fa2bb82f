/*
 * The Winsock catalogue (ws2spi.h, winsock2.h), and the registry (winreg.h). Of the catalogue everything is made up: a base provider, a
 * hidden one, a layered one and the chain of both, in 64 and in 32 bits. The registry is the real one, but for errors to order.
 */
#include <winsock2.h>
#include <ws2spi.h>
#include <windows.h>
#include <stddef.h>
#include <string.h>
#include <wchar.h>
#include "common.h"

enum { BASE = 1001, HIDDEN = 1002, LAYERED = 2001, CHAIN = 2002 };

/* Entries beyond these are copies of the first, with ids of their own. */
#define MADE_UP 4
static unsigned entries = MADE_UP;
/* How often a buffer is called too small although the last call's size was heeded. */
static unsigned growing;
/* What is returned in place of the number of entries; 0 for the true one */
static int claimed;
/* Characters that are put before a provider's path */
static unsigned padding;
static unsigned startups, cleanups;

static void forget_catalogue(void) {
  entries = MADE_UP;
  growing = claimed = padding = startups = cleanups = 0;
}
DOUBLE_ON_RESET(forget_catalogue)

/* For tests. */
EXPORT void double_catalogue_entries(unsigned count) { entries = count; }
EXPORT void double_catalogue_grow(unsigned times) { growing = times; }
EXPORT void double_catalogue_claim(int count) { claimed = count; }
EXPORT void double_catalogue_pad(unsigned characters) { padding = characters; }
/* WSAStartup calls that no WSACleanup has followed */
EXPORT int double_catalogue_open(void) { return (int)(startups - cleanups); }

static const GUID base_id = { 0xe70f1aa0, 0xab8b, 0x11cf, { 0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92 } };
static const GUID layered_id = { 0x01020304, 0x0506, 0x0708, { 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10 } };

static void fill(WSAPROTOCOL_INFOW *info, unsigned index, const WCHAR *width) {
  memset(info, 0, sizeof *info);
  info->dwServiceFlags1 = XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_GRACEFUL_CLOSE | XP1_EXPEDITED_DATA;
  info->dwServiceFlags2 = 2;
  info->dwServiceFlags3 = 3;
  info->dwServiceFlags4 = 4;
  info->dwProviderFlags = PFL_MATCHES_PROTOCOL_ZERO;
  info->ProviderId = base_id;
  info->dwCatalogEntryId = BASE;
  info->ProtocolChain.ChainLen = BASE_PROTOCOL;
  info->iVersion = 2;
  info->iAddressFamily = AF_INET6;
  info->iMaxSockAddr = 28;
  info->iMinSockAddr = 27;
  info->iSocketType = SOCK_STREAM;
  info->iProtocol = IPPROTO_TCP;
  info->iNetworkByteOrder = LITTLEENDIAN;
  info->iSecurityScheme = 5;
  info->dwProviderReserved = 0xdeadbeef;
  wcscpy(info->szProtocol, L"MSAFD Tcpip [TCP/IPv6] ");
  wcscat(info->szProtocol, width);
  switch (index) {
    case 0:
      break;
    case 1:
      info->dwServiceFlags1 = XP1_CONNECTIONLESS | XP1_MESSAGE_ORIENTED | 0x80000000;
      info->dwProviderFlags = PFL_HIDDEN | PFL_NETWORKDIRECT_PROVIDER;
      info->dwCatalogEntryId = HIDDEN;
      info->iSocketType = SOCK_RAW;
      info->iProtocol = 0;
      info->iProtocolMaxOffset = 255;
      info->dwMessageSize = 0xffffffff;
      wcscpy(info->szProtocol, L"Hidden");
      break;
    case 2:
      info->ProviderId = layered_id;
      info->dwCatalogEntryId = LAYERED;
      info->ProtocolChain.ChainLen = LAYERED_PROTOCOL;
      wcscpy(info->szProtocol, L"Layered");
      break;
    case 3:
      info->ProviderId = layered_id;
      info->dwCatalogEntryId = CHAIN;
      info->ProtocolChain.ChainLen = 2;
      info->ProtocolChain.ChainEntries[0] = LAYERED;
      info->ProtocolChain.ChainEntries[1] = BASE;
      wcscpy(info->szProtocol, L"Layered over [TCP/IPv6]");
      break;
    default:
      info->dwCatalogEntryId = 10000 + index;
  }
}

static int enumerate(WSAPROTOCOL_INFOW *buffer, DWORD *length, const WCHAR *width, BOOL all, INT *error) {
  DWORD count = 0;
  for (unsigned i = 0; i < entries; i++) count += all || (i != 1 && i != 2);
  DWORD wanted = count * sizeof *buffer;
  if (growing > 0) {
    growing--;
    wanted = *length + sizeof *buffer;
  }
  if (*length < wanted || buffer == NULL) {
    *length = wanted;
    *error = WSAENOBUFS;
    return SOCKET_ERROR;
  }
  for (unsigned i = 0; i < entries; i++)
    if (all || (i != 1 && i != 2)) fill(buffer++, i, width);
  return claimed ? claimed : (int)count;
}

EXPORT int WSPAPI WSCEnumProtocols(LPINT list, LPWSAPROTOCOL_INFOW buffer, LPDWORD length, LPINT error) {
  (void)list;
  *error = (INT)double_enter("WSCEnumProtocols");
  return *error ? SOCKET_ERROR : enumerate(buffer, length, L"64", TRUE, error);
}

EXPORT int WSPAPI WSCEnumProtocols32(LPINT list, LPWSAPROTOCOL_INFOW buffer, LPDWORD length, LPINT error) {
  (void)list;
  *error = (INT)double_enter("WSCEnumProtocols32");
  return *error ? SOCKET_ERROR : enumerate(buffer, length, L"32", TRUE, error);
}

EXPORT int WSAAPI WSAEnumProtocolsW(LPINT list, LPWSAPROTOCOL_INFOW buffer, LPDWORD length) {
  (void)list;
  INT error = (INT)double_enter("WSAEnumProtocolsW");
  int count = error ? SOCKET_ERROR : enumerate(buffer, length, L"64", FALSE, &error);
  if (count == SOCKET_ERROR) SetLastError((DWORD)error);
  return count;
}

static int provider_path(const GUID *id, const WCHAR *file, WCHAR *path, INT *length, INT *error) {
  if (memcmp(id, &base_id, sizeof *id) != 0 && memcmp(id, &layered_id, sizeof *id) != 0) {
    *error = WSAEINVAL;
    return SOCKET_ERROR;
  }
  WCHAR whole[2048] = L"%SYSTEMROOT%\\";
  for (unsigned i = 0; i < padding && i < 1900; i++) wcscat(whole, L"x");
  wcscat(whole, memcmp(id, &base_id, sizeof *id) == 0 ? file : L"layered.dll");
  INT wanted = (INT)wcslen(whole) + 1;
  if (*length < wanted) {
    *error = WSAEFAULT;
    return SOCKET_ERROR;
  }
  *length = wanted;
  wcscpy(path, whole);
  return 0;
}

EXPORT int WSPAPI WSCGetProviderPath(LPGUID id, WCHAR *path, LPINT length, LPINT error) {
  *error = (INT)double_enter("WSCGetProviderPath");
  return *error ? SOCKET_ERROR : provider_path(id, L"base64.dll", path, length, error);
}

EXPORT int WSPAPI WSCGetProviderPath32(LPGUID id, WCHAR *path, LPINT length, LPINT error) {
  *error = (INT)double_enter("WSCGetProviderPath32");
  return *error ? SOCKET_ERROR : provider_path(id, L"base32.dll", path, length, error);
}

/* Two providers, and as many more as there are entries beyond those made up, with their texts behind them. */
static INT name_spaces(const char *function, DWORD *length, WSANAMESPACE_INFOW *buffer) {
  static const WCHAR dns[] = L"DNS (made up)", other[] = L"Other";
  DWORD error = double_enter(function), count = 2 + entries - MADE_UP;
  DWORD wanted = count * sizeof *buffer + sizeof dns + sizeof other;
  if (!error && *length < wanted) {
    *length = wanted;
    error = WSAEFAULT;
  }
  if (error) {
    SetLastError(error);
    return SOCKET_ERROR;
  }
  WCHAR *texts = (WCHAR *)(buffer + count);
  memcpy(texts, dns, sizeof dns);
  memcpy((BYTE *)texts + sizeof dns, other, sizeof other);
  for (DWORD i = 0; i < count; i++) {
    memset(&buffer[i], 0, sizeof *buffer);
    buffer[i].NSProviderId = i == 0 ? base_id : layered_id;
    buffer[i].dwNameSpace = i == 0 ? NS_DNS : 4711;
    buffer[i].fActive = i == 0;
    buffer[i].dwVersion = 7 + i;
    buffer[i].lpszIdentifier = i == 0 ? texts : (WCHAR *)((BYTE *)texts + sizeof dns);
  }
  return (INT)count;
}

EXPORT INT WSAAPI WSAEnumNameSpaceProvidersW(LPDWORD length, LPWSANAMESPACE_INFOW buffer) {
  return name_spaces("WSAEnumNameSpaceProvidersW", length, buffer);
}

EXPORT INT WSAAPI WSCEnumNameSpaceProviders32(LPDWORD length, LPWSANAMESPACE_INFOW buffer) {
  return name_spaces("WSCEnumNameSpaceProviders32", length, buffer);
}

EXPORT int WSAAPI WSAStartup(WORD version, LPWSADATA data) {
  unsigned error = double_enter("WSAStartup");
  if (error) return (int)error;
  startups++;
  memset(data, 0, sizeof *data);
  data->wVersion = version;
  data->wHighVersion = MAKEWORD(3, 1);
  data->iMaxSockets = 0x4141;
  data->iMaxUdpDg = 0x4242;
  strcpy(data->szDescription, "WinSock made up");
  strcpy(data->szSystemStatus, "Doubled");
  return 0;
}

EXPORT int WSAAPI WSACleanup(void) {
  double_enter("WSACleanup");
  cleanups++;
  return 0;
}

/* The registry: what an error is not ordered for goes to Windows' own. */
#define FORWARD(name, parameters, ...) \
  EXPORT LONG WINAPI name parameters { \
    unsigned error = double_enter(#name); \
    if (error) return (LONG)error; \
    LONG(WINAPI *own) parameters = (LONG(WINAPI *) parameters)(void *)GetProcAddress(LoadLibraryW(L"advapi32.dll"), #name); \
    return own(__VA_ARGS__); \
  }

FORWARD(RegOpenKeyExW, (HKEY key, LPCWSTR path, DWORD options, REGSAM access, PHKEY opened), key, path, options, access, opened)
FORWARD(RegQueryValueExW, (HKEY key, LPCWSTR name, LPDWORD reserved, LPDWORD type, LPBYTE data, LPDWORD size), key, name,
        reserved, type, data, size)
FORWARD(RegSetValueExW, (HKEY key, LPCWSTR name, DWORD reserved, DWORD type, const BYTE *data, DWORD size), key, name, reserved,
        type, data, size)
FORWARD(RegDeleteValueW, (HKEY key, LPCWSTR name), key, name)
FORWARD(RegCloseKey, (HKEY key), key)
