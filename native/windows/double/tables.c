/* The tables of TCP and UDP: GetExtendedTcpTable, GetExtendedUdpTable and the undocumented tables of bound endpoints. */
#include <winsock2.h>
#include <ws2ipdef.h>
#include <iphlpapi.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "common.h"
#include "tables.h"

/* The kinds of tables, as tests number them. */
enum { TCP4, TCP6, UDP4, UDP6, KINDS };

/* One table of the ..._OWNER_MODULE class, or of bound endpoints. */
struct table {
  DWORD rows;
  BYTE *bytes;
  /* Calls that are still to be told that their buffer is too small, after which the table is twice as long; -1 = for ever */
  int doublings;
  /* dwNumEntries, in place of the true one, and whether it is in place of it */
  DWORD claimed;
  BOOL claims;
  /* pdwSize after a call that worked, in place of the true one; 0 = the true one */
  DWORD told;
  /* Whether calls work and fill in nothing */
  BOOL silent;
};
static struct table tables[KINDS];
static struct table bound[2];
/* A table of bound endpoints that is NULL although the call worked. */
static BOOL missing;

static const size_t row_sizes[KINDS] = {
  sizeof(MIB_TCPROW_OWNER_MODULE),
  sizeof(MIB_TCP6ROW_OWNER_MODULE),
  sizeof(MIB_UDPROW_OWNER_MODULE),
  sizeof(MIB_UDP6ROW_OWNER_MODULE),
};
static const size_t first_rows[KINDS] = {
  offsetof(MIB_TCPTABLE_OWNER_MODULE, table),
  offsetof(MIB_TCP6TABLE_OWNER_MODULE, table),
  offsetof(MIB_UDPTABLE_OWNER_MODULE, table),
  offsetof(MIB_UDP6TABLE_OWNER_MODULE, table),
};
static const size_t bound_sizes[] = { sizeof(MIB_TCPROW2), sizeof(MIB_TCP6ROW2) };
static const size_t bound_firsts[] = { offsetof(MIB_TCPTABLE2, table), offsetof(MIB_TCP6TABLE2, table) };

static void clear(struct table *table) {
  free(table->bytes);
  memset(table, 0, sizeof *table);
}

static void forget_tables(void) {
  for (int kind = 0; kind < KINDS; kind++) clear(&tables[kind]);
  for (int kind = 0; kind < 2; kind++) clear(&bound[kind]);
  missing = FALSE;
}
DOUBLE_ON_RESET(forget_tables)

static void set(struct table *table, size_t row_size, DWORD rows, const void *bytes) {
  clear(table);
  table->rows = rows;
  table->bytes = calloc(rows + 1, row_size);
  if (bytes != NULL) memcpy(table->bytes, bytes, rows * row_size);
}

static DWORD port(unsigned number) {
  /* "The upper 16 bits may contain uninitialized data": they do. */
  return 0xdead0000u | htons((u_short)number);
}

static void address4(DWORD *address, BYTE network, unsigned number) {
  *address = htonl(((DWORD)network << 24) | number);
}

static void address6(UCHAR *address, unsigned number) {
  DWORD last = htonl(number);
  memset(address, 0, 16);
  address[0] = 0xfd;
  memcpy(address + 12, &last, 4);
}

/* One of so many different sockets: ports count up from 1024, and the address with them. */
static void fill_row(int kind, BYTE *bytes, DWORD i) {
  unsigned number = 1 + i / 60000, local = 1024 + i % 60000;
  DWORD pid = 4 * (1 + i % 5000);
  LONGLONG created = 133537536000000000LL + i; /* 2024-03-01 08:00:00 UTC */
  ULONGLONG *modules = NULL;
  if (kind == TCP4) {
    MIB_TCPROW_OWNER_MODULE *row = (void *)bytes;
    row->dwState = MIB_TCP_STATE_ESTAB;
    address4(&row->dwLocalAddr, 10, number);
    row->dwLocalPort = port(local);
    address4(&row->dwRemoteAddr, 10, 0x10000 + i % 1000);
    row->dwRemotePort = port(443);
    row->dwOwningPid = pid;
    row->liCreateTimestamp.QuadPart = created;
    modules = row->OwningModuleInfo;
  } else if (kind == TCP6) {
    MIB_TCP6ROW_OWNER_MODULE *row = (void *)bytes;
    address6(row->ucLocalAddr, number);
    row->dwLocalPort = port(local);
    address6(row->ucRemoteAddr, 0x10000 + i % 1000);
    row->dwRemotePort = port(443);
    row->dwState = MIB_TCP_STATE_ESTAB;
    row->dwOwningPid = pid;
    row->liCreateTimestamp.QuadPart = created;
    modules = row->OwningModuleInfo;
  } else if (kind == UDP4) {
    MIB_UDPROW_OWNER_MODULE *row = (void *)bytes;
    address4(&row->dwLocalAddr, 10, number);
    row->dwLocalPort = port(local);
    row->dwOwningPid = pid;
    row->liCreateTimestamp.QuadPart = created;
    modules = row->OwningModuleInfo;
  } else {
    MIB_UDP6ROW_OWNER_MODULE *row = (void *)bytes;
    address6(row->ucLocalAddr, number);
    row->dwLocalPort = port(local);
    row->dwOwningPid = pid;
    row->liCreateTimestamp.QuadPart = created;
    modules = row->OwningModuleInfo;
  }
  for (int j = 0; j < TCPIP_OWNING_MODULE_SIZE; j++) modules[j] = (ULONGLONG)i * TCPIP_OWNING_MODULE_SIZE + j;
}

/* For tests: so many rows, each a socket of its own. */
EXPORT void double_tables_fill(int kind, unsigned rows) {
  set(&tables[kind], row_sizes[kind], rows, NULL);
  for (DWORD i = 0; i < rows; i++) fill_row(kind, tables[kind].bytes + i * row_sizes[kind], i);
}

/* For tests: these rows, in the structures of the SDK. */
EXPORT void double_tables_set(int kind, unsigned rows, const void *bytes) {
  set(&tables[kind], row_sizes[kind], rows, bytes);
}

/* For tests: so many calls more (-1 = all) find that the table has become twice as long since they were told its size. */
EXPORT void double_tables_grow(int kind, int times) {
  tables[kind].doublings = times;
}

/* For tests: dwNumEntries says so, whatever follows. */
EXPORT void double_tables_claim(int kind, unsigned rows) {
  tables[kind].claims = TRUE;
  tables[kind].claimed = rows;
}

/* For tests: a call that works says that it filled in so many bytes. */
EXPORT void double_tables_tell(int kind, unsigned size) {
  tables[kind].told = size;
}

/* For tests: calls work and fill in nothing. */
EXPORT void double_tables_silence(int kind) {
  tables[kind].silent = TRUE;
}

/* For tests: bound endpoints (MIB_TCPROW2 of kind 0, MIB_TCP6ROW2 of kind 1); dwNumEntries says so, whatever follows. */
EXPORT void double_bound_set(int kind, unsigned rows, const void *bytes, unsigned claimed) {
  set(&bound[kind], bound_sizes[kind], rows, bytes);
  bound[kind].claims = TRUE;
  bound[kind].claimed = claimed;
}

/* For tests: the calls for bound endpoints work, and hand over no table. */
EXPORT void double_bound_missing(void) {
  missing = TRUE;
}

static void grow(int kind) {
  struct table *table = &tables[kind];
  size_t size = row_sizes[kind];
  DWORD rows = table->rows == 0 ? 1 : table->rows;
  table->bytes = realloc(table->bytes, 2 * rows * size);
  for (DWORD i = table->rows; i < 2 * rows; i++) fill_row(kind, table->bytes + i * size, i);
  table->rows = 2 * rows;
  if (table->doublings > 0) table->doublings--;
}

static DWORD get(int kind, void *buffer, DWORD *size) {
  struct table *table = &tables[kind];
  DWORD needed = (DWORD)(first_rows[kind] + table->rows * row_sizes[kind]);
  if (size == NULL) return ERROR_INVALID_PARAMETER;
  if (buffer == NULL || *size < needed || table->doublings != 0) {
    *size = needed;
    if (table->doublings != 0) grow(kind);
    return ERROR_INSUFFICIENT_BUFFER;
  }
  if (table->silent) return NO_ERROR;
  *(DWORD *)buffer = table->claims ? table->claimed : table->rows;
  if (table->rows > 0) memcpy((BYTE *)buffer + first_rows[kind], table->bytes, table->rows * row_sizes[kind]);
  *size = table->told != 0 ? table->told : needed;
  return NO_ERROR;
}

EXPORT DWORD WINAPI GetExtendedTcpTable(PVOID buffer, PDWORD size, WINBOOL order, ULONG family,
                                        TCP_TABLE_CLASS table_class, ULONG reserved) {
  unsigned error = double_enter("GetExtendedTcpTable");
  if (error) return error;
  if (order || reserved != 0 || table_class != TCP_TABLE_OWNER_MODULE_ALL) return ERROR_INVALID_PARAMETER;
  if (family != AF_INET && family != AF_INET6) return ERROR_INVALID_PARAMETER;
  return get(family == AF_INET ? TCP4 : TCP6, buffer, size);
}

EXPORT DWORD WINAPI GetExtendedUdpTable(PVOID buffer, PDWORD size, WINBOOL order, ULONG family,
                                        UDP_TABLE_CLASS table_class, ULONG reserved) {
  unsigned error = double_enter("GetExtendedUdpTable");
  if (error) return error;
  if (order || reserved != 0 || table_class != UDP_TABLE_OWNER_MODULE) return ERROR_INVALID_PARAMETER;
  if (family != AF_INET && family != AF_INET6) return ERROR_INVALID_PARAMETER;
  return get(family == AF_INET ? UDP4 : UDP6, buffer, size);
}

static ULONG allocate_bound(int kind, PVOID *table, HANDLE heap, ULONG flags) {
  struct table *from = &bound[kind];
  BYTE *bytes;
  if (missing) {
    *table = NULL;
    return NO_ERROR;
  }
  bytes = HeapAlloc(heap, flags, bound_firsts[kind] + from->rows * bound_sizes[kind]);
  if (bytes == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  *(DWORD *)bytes = from->claims ? from->claimed : from->rows;
  if (from->rows > 0) memcpy(bytes + bound_firsts[kind], from->bytes, from->rows * bound_sizes[kind]);
  *table = bytes;
  return NO_ERROR;
}

EXPORT ULONG WINAPI InternalGetBoundTcpEndpointTable(PVOID *table, HANDLE heap, ULONG flags) {
  unsigned error = double_enter("InternalGetBoundTcpEndpointTable");
  return error ? error : allocate_bound(0, table, heap, flags);
}

EXPORT ULONG WINAPI InternalGetBoundTcp6EndpointTable(PVOID *table, HANDLE heap, ULONG flags) {
  unsigned error = double_enter("InternalGetBoundTcp6EndpointTable");
  return error ? error : allocate_bound(1, table, heap, flags);
}

static void remove_row(int kind, DWORD i) {
  struct table *table = &tables[kind];
  size_t size = row_sizes[kind];
  table->rows--;
  memmove(table->bytes + i * size, table->bytes + (i + 1) * size, (table->rows - i) * size);
}

BOOL tables_remove_tcp4(const MIB_TCPROW *entry) {
  for (DWORD i = 0; i < tables[TCP4].rows; i++) {
    MIB_TCPROW_OWNER_MODULE *row = (MIB_TCPROW_OWNER_MODULE *)tables[TCP4].bytes + i;
    if (row->dwLocalAddr != entry->dwLocalAddr || row->dwRemoteAddr != entry->dwRemoteAddr) continue;
    if ((u_short)row->dwLocalPort != entry->dwLocalPort || (u_short)row->dwRemotePort != entry->dwRemotePort) continue;
    remove_row(TCP4, i);
    return TRUE;
  }
  return FALSE;
}

static BOOL is_end(const SOCKADDR_IN6 *end, const UCHAR *address, DWORD scope, DWORD port) {
  return memcmp(&end->sin6_addr, address, 16) == 0 && end->sin6_scope_id == scope && end->sin6_port == (u_short)port;
}

BOOL tables_remove_tcp6(const SOCKADDR_IN6 *local, const SOCKADDR_IN6 *remote) {
  for (DWORD i = 0; i < tables[TCP6].rows; i++) {
    MIB_TCP6ROW_OWNER_MODULE *row = (MIB_TCP6ROW_OWNER_MODULE *)tables[TCP6].bytes + i;
    if (!is_end(local, row->ucLocalAddr, row->dwLocalScopeId, row->dwLocalPort)) continue;
    if (!is_end(remote, row->ucRemoteAddr, row->dwRemoteScopeId, row->dwRemotePort)) continue;
    remove_row(TCP6, i);
    return TRUE;
  }
  return FALSE;
}
