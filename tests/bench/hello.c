/* hello: the least that a FastCGI page can cost. The limit for uncached pages. usage: hello BYTES, socket on fd 0 */
#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	size_t bytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 12;
	static char body[1 << 20];
	FCGX_Request request;

	if (bytes > sizeof body || FCGX_Init() || FCGX_InitRequest(&request, 0, 0))
		return 1;
	memset(body, 'h', bytes);
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_FPrintF(request.out, "Content-Type: text/html\r\n\r\n");
		FCGX_PutStr(body, (int)bytes, request.out);
		FCGX_Finish_r(&request);
	}
	return 0;
}
