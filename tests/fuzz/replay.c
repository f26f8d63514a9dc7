/*
 * Runs a fuzz target over the files of the folders given, so that every input that was ever interesting
 * is tried again by the ordinary tests. A folder that is empty or missing is an error: a corpus that
 * vanished would be a test that cannot fail.
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	long size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0) {
		perror(path);
		if (f)
			(void)fclose(f);
		return -1;
	}
	rewind(f);
	/* exactly as long as the input, so that the sanitizer sees a read past the end */
	data = malloc(size ? (size_t)size : 1);
	if (data == NULL || fread(data, 1, (size_t)size, f) != (size_t)size) {
		perror(path);
		free(data);
		(void)fclose(f);
		return -1;
	}
	(void)fclose(f);
	(void)LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
	return 0;
}

int
main(int argc, char **argv)
{
	int files = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		struct dirent *entry;

		if (dir == NULL) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		while ((entry = readdir(dir)) != NULL) {
			char path[PATH_MAX];
			struct stat st;

			if (entry->d_name[0] == '.')
				continue;
			(void)snprintf(path, sizeof(path), "%s/%s", argv[i], entry->d_name);
			/* the length of a folder is whatever its file system makes of it */
			if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
				continue;
			if (replay_file(path) < 0)
				return EXIT_FAILURE;
			files++;
		}
		(void)closedir(dir);
	}
	printf("%d inputs replayed\n", files);
	return files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
