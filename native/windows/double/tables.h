/* What other files of the double may do to its tables. */
#ifndef DOUBLE_TABLES_H
#define DOUBLE_TABLES_H

#include <winsock2.h>
#include <ws2ipdef.h>
#include <iphlpapi.h>

/* Take the connection with these ends out of the table. FALSE where there is none. */
BOOL tables_remove_tcp4(const MIB_TCPROW *entry);
BOOL tables_remove_tcp6(const SOCKADDR_IN6 *local, const SOCKADDR_IN6 *remote);

#endif
