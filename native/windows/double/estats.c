/*
 * The counters of single connections: Get- and SetPerTcpConnectionEStats and the pair for IPv6. A connection is one that a test
 * has named; what passes on it is counted only while that is switched on.
 */
#include <winsock2.h>
#include <ws2ipdef.h>
#include <iphlpapi.h>
#include <tcpestats.h>
#include <string.h>
#include "common.h"

#define MOST_CONNECTIONS 1024

struct connection {
  /* The ends, as in the rows of the SDK; of the ports, the upper halves are not looked at */
  MIB_TCP6ROW ends;
  BOOLEAN counts_data;
  BOOLEAN counts_path;
  TCP_ESTATS_DATA_ROD_v0 data;
  TCP_ESTATS_PATH_ROD_v0 path;
};
static struct connection connections[MOST_CONNECTIONS];
static unsigned connection_count;

static void forget_connections(void) {
  memset(connections, 0, sizeof connections);
  connection_count = 0;
}
DOUBLE_ON_RESET(forget_connections)

/* The row of an IPv4 connection as one of IPv6: mapped addresses. */
static MIB_TCP6ROW widen(const MIB_TCPROW *entry) {
  MIB_TCP6ROW wide;
  memset(&wide, 0, sizeof wide);
  memset((BYTE *)&wide.LocalAddr + 10, 0xff, 2);
  memcpy((BYTE *)&wide.LocalAddr + 12, &entry->dwLocalAddr, 4);
  wide.dwLocalPort = entry->dwLocalPort;
  memset((BYTE *)&wide.RemoteAddr + 10, 0xff, 2);
  memcpy((BYTE *)&wide.RemoteAddr + 12, &entry->dwRemoteAddr, 4);
  wide.dwRemotePort = entry->dwRemotePort;
  return wide;
}

static BOOL have_same_ends(const MIB_TCP6ROW *a, const MIB_TCP6ROW *b) {
  return memcmp(&a->LocalAddr, &b->LocalAddr, 16) == 0 && memcmp(&a->RemoteAddr, &b->RemoteAddr, 16) == 0 &&
         a->dwLocalScopeId == b->dwLocalScopeId && a->dwRemoteScopeId == b->dwRemoteScopeId &&
         (u_short)a->dwLocalPort == (u_short)b->dwLocalPort && (u_short)a->dwRemotePort == (u_short)b->dwRemotePort;
}

static struct connection *find(const MIB_TCP6ROW *ends) {
  for (unsigned i = 0; i < connection_count; i++)
    if (have_same_ends(&connections[i].ends, ends)) return &connections[i];
  return NULL;
}

/* For tests, here and below by number, from 0: there is a connection with these ends (a MIB_TCPROW, a MIB_TCP6ROW). */
EXPORT void double_estats_connect4(const MIB_TCPROW *entry) {
  if (connection_count < MOST_CONNECTIONS) connections[connection_count++].ends = widen(entry);
}
EXPORT void double_estats_connect6(const MIB_TCP6ROW *entry) {
  if (connection_count < MOST_CONNECTIONS) connections[connection_count++].ends = *entry;
}

/* For tests: it has ended. */
EXPORT void double_estats_end(unsigned number) {
  memset(&connections[number], 0, sizeof connections[number]);
}

/* For tests: so many bytes pass, a segment each way, and one segment is sent again; its round trip took so many ms. */
EXPORT void double_estats_pass(unsigned number, unsigned sent, unsigned received, unsigned round_trip) {
  struct connection *connection = &connections[number];
  if (connection->counts_data) {
    connection->data.DataBytesOut += sent;
    connection->data.DataBytesIn += received;
    connection->data.SegsOut++;
    connection->data.SegsIn++;
  }
  if (connection->counts_path) {
    connection->path.PktsRetrans++;
    connection->path.SmoothedRtt = round_trip;
    connection->path.CountRtt++;
  }
}

/* For tests: counters beyond 32 bits. */
EXPORT void double_estats_sent(unsigned number, ULONG64 bytes) {
  connections[number].data.DataBytesOut = bytes;
}

/* For tests: what is counted, 1 = data, 2 = path; and the way to set it, as another program would. */
EXPORT unsigned double_estats_counted(unsigned number) {
  return (connections[number].counts_data ? 1 : 0) | (connections[number].counts_path ? 2 : 0);
}
EXPORT void double_estats_count(unsigned number, unsigned counted) {
  connections[number].counts_data = (counted & 1) != 0;
  connections[number].counts_path = (counted & 2) != 0;
}

static ULONG get(const MIB_TCP6ROW *ends, TCP_ESTATS_TYPE type, PUCHAR rw, ULONG rw_version, ULONG rw_size, PUCHAR ros,
                 ULONG ros_size, PUCHAR rod, ULONG rod_version, ULONG rod_size) {
  struct connection *connection = find(ends);
  if (rw_version != 0 || rod_version != 0 || ros != NULL || ros_size != 0) return ERROR_INVALID_PARAMETER;
  if (connection == NULL) return ERROR_NOT_FOUND;
  if (type == TcpConnectionEstatsData) {
    if (rw_size != sizeof(TCP_ESTATS_DATA_RW_v0) || rod_size != sizeof connection->data) return ERROR_INVALID_PARAMETER;
    ((TCP_ESTATS_DATA_RW_v0 *)rw)->EnableCollection = connection->counts_data;
    memcpy(rod, &connection->data, sizeof connection->data);
    return NO_ERROR;
  }
  if (type == TcpConnectionEstatsPath) {
    if (rw_size != sizeof(TCP_ESTATS_PATH_RW_v0) || rod_size != sizeof connection->path) return ERROR_INVALID_PARAMETER;
    ((TCP_ESTATS_PATH_RW_v0 *)rw)->EnableCollection = connection->counts_path;
    memcpy(rod, &connection->path, sizeof connection->path);
    return NO_ERROR;
  }
  return ERROR_NOT_SUPPORTED;
}

static ULONG set(const MIB_TCP6ROW *ends, TCP_ESTATS_TYPE type, PUCHAR rw, ULONG version, ULONG size, ULONG offset) {
  struct connection *connection = find(ends);
  if (version != 0 || size != sizeof(BOOLEAN) || offset != 0) return ERROR_INVALID_PARAMETER;
  if (connection == NULL) return ERROR_NOT_FOUND;
  if (type == TcpConnectionEstatsData) connection->counts_data = *rw;
  else if (type == TcpConnectionEstatsPath) connection->counts_path = *rw;
  else return ERROR_NOT_SUPPORTED;
  return NO_ERROR;
}

EXPORT ULONG WINAPI GetPerTcpConnectionEStats(PMIB_TCPROW entry, TCP_ESTATS_TYPE type, PUCHAR rw, ULONG rw_version,
                                              ULONG rw_size, PUCHAR ros, ULONG ros_version, ULONG ros_size, PUCHAR rod,
                                              ULONG rod_version, ULONG rod_size) {
  unsigned error = double_enter("GetPerTcpConnectionEStats");
  MIB_TCP6ROW ends = widen(entry);
  (void)ros_version;
  return error ? error : get(&ends, type, rw, rw_version, rw_size, ros, ros_size, rod, rod_version, rod_size);
}

EXPORT ULONG WINAPI GetPerTcp6ConnectionEStats(PMIB_TCP6ROW entry, TCP_ESTATS_TYPE type, PUCHAR rw, ULONG rw_version,
                                               ULONG rw_size, PUCHAR ros, ULONG ros_version, ULONG ros_size, PUCHAR rod,
                                               ULONG rod_version, ULONG rod_size) {
  unsigned error = double_enter("GetPerTcp6ConnectionEStats");
  (void)ros_version;
  return error ? error : get(entry, type, rw, rw_version, rw_size, ros, ros_size, rod, rod_version, rod_size);
}

EXPORT ULONG WINAPI SetPerTcpConnectionEStats(PMIB_TCPROW entry, TCP_ESTATS_TYPE type, PUCHAR rw, ULONG version, ULONG size,
                                              ULONG offset) {
  unsigned error = double_enter("SetPerTcpConnectionEStats");
  MIB_TCP6ROW ends = widen(entry);
  return error ? error : set(&ends, type, rw, version, size, offset);
}

EXPORT ULONG WINAPI SetPerTcp6ConnectionEStats(PMIB_TCP6ROW entry, TCP_ESTATS_TYPE type, PUCHAR rw, ULONG version,
                                               ULONG size, ULONG offset) {
  unsigned error = double_enter("SetPerTcp6ConnectionEStats");
  return error ? error : set(entry, type, rw, version, size, offset);
}
