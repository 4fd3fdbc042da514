# Unifyed: the whole build. `make help` lists the targets.
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

B      ?= build
CC     ?= gcc
ifeq ($(origin CC),default)
CC     := gcc
endif

WARN   := -std=c2x -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wformat=2 -Wstrict-prototypes \
          -Wmissing-prototypes -Wswitch -Wvla -Wundef -Werror
HARD   := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fcf-protection -ftrivial-auto-var-init=zero -fno-common
ifneq ($(findstring clang,$(CC)),)
HARD   := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fcf-protection -fno-common
else
HARD   += -fstack-clash-protection
endif
OPT    ?= -O2 -g $(HARD)
CFLAGS := $(WARN) $(OPT) -D_GNU_SOURCE -fPIC -MMD -MP -I. -I$(B)/gen $(CFLAGS_EXTRA)
LINK   := -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS_EXTRA)
LIBS   := -lfcgi -lpq -ljson-c -lcurl -lsodium -lcrypto -lpcre2-8 -lqrencode -lexpat -lm
CPPFLAGS += -I/usr/include/postgresql

lib_c  := $(filter-out lib/web/main.c lib/cron/main.c,$(sort $(wildcard lib/*/*.c lib/*/*/*.c)))
tpl    := $(sort $(wildcard templates/*.html templates/*/*.html templates/*.css templates/*.txt))
tpl_pages := $(filter-out templates/parts/% templates/layouts/%,$(tpl))
apps   := $(sort $(basename $(notdir $(wildcard cgi-bin/*.c))) $(notdir $(patsubst %/,%,$(sort $(dir $(wildcard cgi-bin/*/*.c))))))
helpers := $(basename $(notdir $(wildcard cron/*.c)))
tests_c := $(sort $(wildcard tests/*.c tests/lib/*/*.c tests/lib/*/*/*.c tests/cgi-bin/*.c tests/cron/*.c tests/ctl/*.c tests/view/*.c))

obj     = $(patsubst %.c,$(B)/obj/%.o,$(1))
app_c   = $(wildcard cgi-bin/$(1).c cgi-bin/$(1)/*.c)
lib_o  := $(call obj,$(lib_c)) $(B)/gen/queries.o $(B)/gen/graphql.o $(B)/gen/templates.o
bins   := $(apps:%=$(B)/cgi-bin/%) $(helpers:%=$(B)/cron/%) $(B)/unifyedctl

.PHONY: all needs run check prove check-one rules san fuzz bench lint routes sizes schema help clean install-packages
all: $(bins) $(B)/pool ## build everything into build/

# The header changes only when a name does, so that editing a query compiles one file.
$(B)/gen/queries.c: sql/embed.awk $(wildcard sql/queries/*.sql)
	@mkdir -p $(B)/gen
	@awk -v header=$(B)/gen/queries.h.new -v source=$@ -f sql/embed.awk $(wildcard sql/queries/*.sql)
	@cmp -s $(B)/gen/queries.h.new $(B)/gen/queries.h || mv $(B)/gen/queries.h.new $(B)/gen/queries.h
$(B)/gen/queries.h: $(B)/gen/queries.c ;

graphql := lib/platform/shopify/graphql
$(B)/gen/graphql.h $(B)/gen/graphql.c &: $(graphql)/embed.awk $(wildcard $(graphql)/*.graphql)
	@mkdir -p $(B)/gen
	@awk -v header=$(B)/gen/graphql.h -v source=$(B)/gen/graphql.c -f $(graphql)/embed.awk $(wildcard $(graphql)/*.graphql)

$(B)/tplc: $(wildcard templates/tplc*.c templates/tplc*.h)
	@mkdir -p $(B)
	@$(CC) $(WARN) -O1 -g -D_GNU_SOURCE -I. -o $@ $(wildcard templates/tplc*.c)

# All templates in one translation unit: one stamp, one compile.
$(B)/gen/templates.c: $(if $(tpl),$(B)/tplc) $(tpl) $(wildcard assets/*)
	@mkdir -p $(B)/gen/templates
	@$(if $(tpl),$(B)/tplc $(tpl_pages) -o $(B)/gen/templates)
	@run/hash_assets.sh assets $(B)/gen/templates
	@echo '#include "lib/core/buf.h"' > $@
	@for c in $$(find $(B)/gen/templates -name '*.c' | sort); do echo "#include \"$${c#$(B)/gen/}\""; done >> $@

$(B)/gen/%.o: $(B)/gen/%.c
	@$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/obj/%.o: %.c | $(B)/gen/queries.h $(B)/gen/graphql.h $(B)/gen/templates.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/lib/libunifyed.so: $(lib_o)
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -shared -Wl,-soname,libunifyed.so $(LINK) -o $@ $^ $(LIBS)

$(B)/main/app_%.o: lib/web/main.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -DAPP=$*_app -c -o $@ $<

$(B)/main/helper_%.o: lib/cron/main.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -DHELPER=$*_helper -c -o $@ $<

link_bin = @mkdir -p $(@D); $(CC) $(CFLAGS) -pie $(LINK) -o $@ $(filter %.o,$^) -L$(B)/lib -lunifyed '-Wl,-rpath,$$ORIGIN/../lib:$$ORIGIN/lib'

define app_rule
$(B)/cgi-bin/$(1): $(B)/main/app_$(1).o $(call obj,$(call app_c,$(1))) $(B)/lib/libunifyed.so
	$$(link_bin)
endef
$(foreach app,$(apps),$(eval $(call app_rule,$(app))))

$(B)/cron/%: $(B)/main/helper_%.o $(B)/obj/cron/%.o $(B)/lib/libunifyed.so
	$(link_bin)

# `webhook replay` runs the very appliers of the helper
$(B)/unifyedctl: $(call obj,$(wildcard ctl/*.c) cron/webhooks_apply.c) $(B)/lib/libunifyed.so
	$(link_bin)

# ---- tests: one program with every suite; `build/check lib/core` runs those whose name starts so
$(B)/gen/suites.def: $(tests_c)
	@mkdir -p $(B)/gen
	@sed -n 's/^const struct suite \(suite_[a-z0-9_]*\).*/SUITE(\1)/p' $(tests_c) > $@
$(B)/gen/apps.def: $(wildcard cgi-bin/*.c cgi-bin/*/*.c)
	@mkdir -p $(B)/gen
	@for app in $(apps); do echo "APP($$app)"; done > $@
$(B)/obj/tests/run.o: $(B)/gen/suites.def
$(B)/obj/tests/world_ask.o $(B)/obj/tests/cgi-bin/strangers.o: $(B)/gen/apps.def
tests_o := $(call obj,$(tests_c) $(foreach app,$(apps),$(call app_c,$(app))) $(wildcard cron/*.c) $(filter-out ctl/unifyedctl.c,$(wildcard ctl/*.c)))
$(B)/check: $(tests_o) $(B)/lib/libunifyed.so
	@$(CC) $(CFLAGS) -pie $(LINK) -o $@ $(tests_o) -L$(B)/lib -lunifyed -lcunit -lpq '-Wl,-rpath,$$ORIGIN/lib'

# The seeded model test: the tests' world and every app, with a main of its own
model_o := $(call obj,$(wildcard tests/prove/model*.c) $(filter-out tests/run.c,$(wildcard tests/*.c))) $(filter-out $(B)/obj/tests/%,$(tests_o))
$(B)/prove/model: $(model_o) $(B)/lib/libunifyed.so
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -pie $(LINK) -o $@ $(model_o) -L$(B)/lib -lunifyed -lcunit -lpq '-Wl,-rpath,$$ORIGIN/../lib'

# The proofs of the token endpoint and of platforms' allowances, likewise
world_o := $(call obj,$(filter-out tests/run.c,$(wildcard tests/*.c))) $(filter-out $(B)/obj/tests/%,$(tests_o))
$(B)/prove/tokens $(B)/prove/quota: $(B)/prove/%: $(B)/obj/tests/prove/%.o $(world_o) $(B)/lib/libunifyed.so
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -pie $(LINK) -o $@ $(filter %.o,$^) -L$(B)/lib -lunifyed -lcunit -lpq '-Wl,-rpath,$$ORIGIN/../lib'

# ---- programs of run/ and what people run
$(B)/pool: run/pool.c
	@mkdir -p $(B)
	@$(CC) $(WARN) $(OPT) -D_GNU_SOURCE -o $@ $<

# What `make bench` needs beside the product: clients, limits, a slow disk
$(B)/bench/%.so: tests/bench/%.c
	@mkdir -p $(@D)
	@$(CC) $(WARN) $(OPT) -D_GNU_SOURCE -fPIC -shared -o $@ $<
$(B)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(WARN) $(OPT) -D_GNU_SOURCE -Wl,--as-needed -o $@ $< -lpq -lfcgi

run: ## the whole product here, with a demo shop; PORT=9000 for other ports; Ctrl-C ends it
	@run/demo.sh

check: ## every test there is; leaves nothing running
	@run/check.sh

prove: ## the proofs of tests/prove in 30 minutes; FACTOR=0.1 for a tenth, T='storm loss' for some, SEED=n repeats
	@run/prove.sh

needs:
	@run/needs.sh build

check-one: $(B)/check | needs ## some suites, by how their names begin: make check-one T='lib/core cgi-bin/go'
	@tests/with_cluster.sh $(B)/check $(T)

rules: all $(B)/check ## the rules of tests/rules, each a script with its reason
	@tests/with_cluster.sh tests/rules/all.sh $(B)

# Sanitizers and libFuzzer are clang's, each in a build folder of its own.
san_opt := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
san: | needs ## the C tests under ASan and UBSan, in build-san/
	@$(MAKE) -s B=build-san CC=clang OPT='$(san_opt)' build-san/check
	@tests/with_cluster.sh build-san/check $(T)

FUZZ_S ?= 60
fuzz_names := $(basename $(notdir $(wildcard tests/fuzz/*.c)))
$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.o $(call obj,$(filter-out templates/tplc.c,$(wildcard templates/tplc*.c))) $(B)/lib/libunifyed.so
	@mkdir -p $(@D)
	@$(CC) $(OPT) -fsanitize=fuzzer -o $@ $(filter %.o,$^) -L$(B)/lib -lunifyed '-Wl,-rpath,$$ORIGIN/../lib'
fuzz: ## whatever parses bytes from outside, FUZZ_S seconds (60) each, in build-fuzz/
	@$(MAKE) -s B=build-fuzz CC=clang OPT='$(san_opt) -fsanitize=fuzzer-no-link' $(fuzz_names:%=build-fuzz/fuzz/%)
	@tests/fuzz/run.sh build-fuzz $(FUZZ_S) $(or $(T),$(fuzz_names))

bench_bins := $(addprefix $(B)/bench/,direct hello cold insert drain slow_flush.so)
bench: all $(bench_bins) | needs ## click, page, webhooks, events, sweep, growth, memory and start against their limits, in 9 minutes
	@tests/bench/bench.sh $(B)

lint: ## clang-format, clang-tidy and cppcheck over all C
	@run/lint.sh

routes: all ## method, path, file and columns of every route
	@for app in $(apps); do $(B)/cgi-bin/$$app --routes; done

sizes: ## the longest functions and files
	@awk -f run/sizes.awk $$(git ls-files -co --exclude-standard '*.c' '*.h') | sort -k 1,1 -k 2,2nr | awk 'n[$$1]++ < 15'

schema: ## sql/schema.sql as it is now, to be read
	@tests/with_cluster.sh run/schema.sh > sql/schema.sql.new && mv sql/schema.sql.new sql/schema.sql

install-packages: ## the Debian packages that all of this needs
	@run/packages.sh check

-include $(shell find $(B) -name '*.d' 2>/dev/null)

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

clean: ## remove build/
	rm -rf $(B)
