/*
 * Prints how the Windows SDK's headers lay structures out, for our own offsets to be compared with:
 *     {"MIB_TCPROW": {"size": 20, "fields": {"dwState": 0, …}}, …}
 * Sizes and offsets are bytes. It asks nothing of the system that it runs on.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <ws2spi.h>
#include <windows.h>
#include <iphlpapi.h>
#include <tcpestats.h>
#include <shellapi.h>
#include <tlhelp32.h>
#include <stddef.h>
#include <stdio.h>

static const char *before_structure = "";
static const char *before_field = "";

static void begin(const char *name, size_t size) {
  printf("%s\"%s\":{\"size\":%u,\"fields\":{", before_structure, name, (unsigned)size);
  before_structure = "}},\n";
  before_field = "";
}

static void field(const char *name, size_t offset) {
  printf("%s\"%s\":%u", before_field, name, (unsigned)offset);
  before_field = ",";
}

/* STRUCTURE(name) FIELD(member) … END */
#define STRUCTURE(type) \
  { \
    typedef type Structure; \
    begin(#type, sizeof(Structure));
#define FIELD(member) field(#member, offsetof(Structure, member));
#define END }

/* Tables: tcpmib.h, udpmib.h, iprtrmib.h */
static void tables(void) {
  STRUCTURE(MIB_TCPROW)
    FIELD(dwState) FIELD(dwLocalAddr) FIELD(dwLocalPort) FIELD(dwRemoteAddr) FIELD(dwRemotePort)
  END
  STRUCTURE(MIB_TCP6ROW)
    FIELD(State) FIELD(LocalAddr) FIELD(dwLocalScopeId) FIELD(dwLocalPort)
    FIELD(RemoteAddr) FIELD(dwRemoteScopeId) FIELD(dwRemotePort)
  END
  STRUCTURE(MIB_TCPROW2)
    FIELD(dwState) FIELD(dwLocalAddr) FIELD(dwLocalPort) FIELD(dwRemoteAddr) FIELD(dwRemotePort)
    FIELD(dwOwningPid) FIELD(dwOffloadState)
  END
  STRUCTURE(MIB_TCP6ROW2)
    FIELD(LocalAddr) FIELD(dwLocalScopeId) FIELD(dwLocalPort) FIELD(RemoteAddr) FIELD(dwRemoteScopeId)
    FIELD(dwRemotePort) FIELD(State) FIELD(dwOwningPid) FIELD(dwOffloadState)
  END
  STRUCTURE(MIB_TCPROW_OWNER_PID)
    FIELD(dwState) FIELD(dwLocalAddr) FIELD(dwLocalPort) FIELD(dwRemoteAddr) FIELD(dwRemotePort) FIELD(dwOwningPid)
  END
  STRUCTURE(MIB_TCPROW_OWNER_MODULE)
    FIELD(dwState) FIELD(dwLocalAddr) FIELD(dwLocalPort) FIELD(dwRemoteAddr) FIELD(dwRemotePort) FIELD(dwOwningPid)
    FIELD(liCreateTimestamp) FIELD(OwningModuleInfo)
  END
  STRUCTURE(MIB_TCP6ROW_OWNER_PID)
    FIELD(ucLocalAddr) FIELD(dwLocalScopeId) FIELD(dwLocalPort) FIELD(ucRemoteAddr) FIELD(dwRemoteScopeId)
    FIELD(dwRemotePort) FIELD(dwState) FIELD(dwOwningPid)
  END
  STRUCTURE(MIB_TCP6ROW_OWNER_MODULE)
    FIELD(ucLocalAddr) FIELD(dwLocalScopeId) FIELD(dwLocalPort) FIELD(ucRemoteAddr) FIELD(dwRemoteScopeId)
    FIELD(dwRemotePort) FIELD(dwState) FIELD(dwOwningPid) FIELD(liCreateTimestamp) FIELD(OwningModuleInfo)
  END
  STRUCTURE(MIB_UDPROW_OWNER_PID)
    FIELD(dwLocalAddr) FIELD(dwLocalPort) FIELD(dwOwningPid)
  END
  STRUCTURE(MIB_UDPROW_OWNER_MODULE)
    FIELD(dwLocalAddr) FIELD(dwLocalPort) FIELD(dwOwningPid) FIELD(liCreateTimestamp) FIELD(dwFlags)
    FIELD(OwningModuleInfo)
  END
  STRUCTURE(MIB_UDP6ROW_OWNER_PID)
    FIELD(ucLocalAddr) FIELD(dwLocalScopeId) FIELD(dwLocalPort) FIELD(dwOwningPid)
  END
  STRUCTURE(MIB_UDP6ROW_OWNER_MODULE)
    FIELD(ucLocalAddr) FIELD(dwLocalScopeId) FIELD(dwLocalPort) FIELD(dwOwningPid) FIELD(liCreateTimestamp)
    FIELD(dwFlags) FIELD(OwningModuleInfo)
  END
  STRUCTURE(MIB_TCPTABLE2) FIELD(table) END
  STRUCTURE(MIB_TCP6TABLE2) FIELD(table) END
  STRUCTURE(MIB_TCPTABLE_OWNER_PID) FIELD(table) END
  STRUCTURE(MIB_TCPTABLE_OWNER_MODULE) FIELD(table) END
  STRUCTURE(MIB_TCP6TABLE_OWNER_PID) FIELD(table) END
  STRUCTURE(MIB_TCP6TABLE_OWNER_MODULE) FIELD(table) END
  STRUCTURE(MIB_UDPTABLE_OWNER_PID) FIELD(table) END
  STRUCTURE(MIB_UDPTABLE_OWNER_MODULE) FIELD(table) END
  STRUCTURE(MIB_UDP6TABLE_OWNER_PID) FIELD(table) END
  STRUCTURE(MIB_UDP6TABLE_OWNER_MODULE) FIELD(table) END
  STRUCTURE(TCPIP_OWNER_MODULE_BASIC_INFO) FIELD(pModuleName) FIELD(pModulePath) END
}

/* Statistics of one connection: tcpestats.h */
static void estats(void) {
  STRUCTURE(TCP_ESTATS_DATA_RW_v0) FIELD(EnableCollection) END
  STRUCTURE(TCP_ESTATS_DATA_ROD_v0)
    FIELD(DataBytesOut) FIELD(DataSegsOut) FIELD(DataBytesIn) FIELD(DataSegsIn) FIELD(SegsOut) FIELD(SegsIn)
    FIELD(SoftErrors) FIELD(SoftErrorReason) FIELD(SndUna) FIELD(SndNxt) FIELD(SndMax) FIELD(ThruBytesAcked)
    FIELD(RcvNxt) FIELD(ThruBytesReceived)
  END
  STRUCTURE(TCP_ESTATS_PATH_RW_v0) FIELD(EnableCollection) END
  STRUCTURE(TCP_ESTATS_PATH_ROD_v0)
    FIELD(FastRetran) FIELD(Timeouts) FIELD(PktsRetrans) FIELD(BytesRetrans) FIELD(SmoothedRtt) FIELD(RttVar)
    FIELD(MaxRtt) FIELD(MinRtt) FIELD(CountRtt) FIELD(CurRto) FIELD(CurMss) FIELD(MaxMss) FIELD(MinMss)
  END
  STRUCTURE(TCP_ESTATS_FINE_RTT_RW_v0) FIELD(EnableCollection) END
  STRUCTURE(TCP_ESTATS_FINE_RTT_ROD_v0) FIELD(RttVar) FIELD(MaxRtt) FIELD(MinRtt) FIELD(SumRtt) END
}

/* Processes and services: tlhelp32.h, winsvc.h, winnt.h */
static void owners(void) {
  STRUCTURE(PROCESSENTRY32W)
    FIELD(dwSize) FIELD(th32ProcessID) FIELD(cntThreads) FIELD(th32ParentProcessID) FIELD(szExeFile)
  END
  STRUCTURE(FILETIME) FIELD(dwLowDateTime) FIELD(dwHighDateTime) END
  STRUCTURE(SERVICE_STATUS_PROCESS)
    FIELD(dwServiceType) FIELD(dwCurrentState) FIELD(dwProcessId) FIELD(dwServiceFlags)
  END
  STRUCTURE(ENUM_SERVICE_STATUS_PROCESSW)
    FIELD(lpServiceName) FIELD(lpDisplayName) FIELD(ServiceStatusProcess) FIELD(ServiceStatusProcess.dwCurrentState)
    FIELD(ServiceStatusProcess.dwProcessId)
  END
  STRUCTURE(LUID_AND_ATTRIBUTES) FIELD(Luid) FIELD(Attributes) END
  STRUCTURE(TOKEN_PRIVILEGES) FIELD(PrivilegeCount) FIELD(Privileges) END
  STRUCTURE(TOKEN_ELEVATION) FIELD(TokenIsElevated) END
  STRUCTURE(TOKEN_USER) FIELD(User.Sid) FIELD(User.Attributes) END
  STRUCTURE(VS_FIXEDFILEINFO) FIELD(dwSignature) FIELD(dwFileVersionMS) FIELD(dwFileVersionLS) END
}

/* The Winsock catalogue: winsock2.h, ws2spi.h */
static void winsock(void) {
  STRUCTURE(WSADATA)
    FIELD(wVersion) FIELD(wHighVersion) FIELD(iMaxSockets) FIELD(iMaxUdpDg) FIELD(lpVendorInfo) FIELD(szDescription)
    FIELD(szSystemStatus)
  END
  STRUCTURE(WSAPROTOCOLCHAIN) FIELD(ChainLen) FIELD(ChainEntries) END
  STRUCTURE(WSAPROTOCOL_INFOW)
    FIELD(dwServiceFlags1) FIELD(dwServiceFlags2) FIELD(dwServiceFlags3) FIELD(dwServiceFlags4) FIELD(dwProviderFlags)
    FIELD(ProviderId) FIELD(dwCatalogEntryId) FIELD(ProtocolChain) FIELD(iVersion) FIELD(iAddressFamily)
    FIELD(iMaxSockAddr) FIELD(iMinSockAddr) FIELD(iSocketType) FIELD(iProtocol) FIELD(iProtocolMaxOffset)
    FIELD(iNetworkByteOrder) FIELD(iSecurityScheme) FIELD(dwMessageSize) FIELD(dwProviderReserved) FIELD(szProtocol)
  END
  STRUCTURE(WSANAMESPACE_INFOW)
    FIELD(NSProviderId) FIELD(dwNameSpace) FIELD(fActive) FIELD(dwVersion) FIELD(lpszIdentifier)
  END
  STRUCTURE(GUID) FIELD(Data1) FIELD(Data2) FIELD(Data3) FIELD(Data4) END
  STRUCTURE(SOCKADDR_IN) FIELD(sin_family) FIELD(sin_port) FIELD(sin_addr) END
  STRUCTURE(SOCKADDR_IN6)
    FIELD(sin6_family) FIELD(sin6_port) FIELD(sin6_flowinfo) FIELD(sin6_addr) FIELD(sin6_scope_id)
  END
}

/* Starting a program: shellapi.h */
static void starting(void) {
  STRUCTURE(SHELLEXECUTEINFOW)
    FIELD(cbSize) FIELD(fMask) FIELD(hwnd) FIELD(lpVerb) FIELD(lpFile) FIELD(lpParameters) FIELD(lpDirectory)
    FIELD(nShow) FIELD(hInstApp) FIELD(hProcess)
  END
}

int main(void) {
  printf("{");
  tables();
  estats();
  owners();
  winsock();
  starting();
  printf("}}}\n");
  return 0;
}
