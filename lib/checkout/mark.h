/* mark: the names under which a checkout's mark travels through a shop and comes back on its order. */
#ifndef UNIFYED_CHECKOUT_MARK_H
#define UNIFYED_CHECKOUT_MARK_H

#define CHECKOUT_ATTRIBUTE "ufy"  /* cart attribute */
#define CHECKOUT_PROPERTY "_ufy"  /* line property; the underscore hides it from buyers */

#endif
