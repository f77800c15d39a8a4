"""A running program, kept live: who watches, when an edit is carried out, who is told.

    hub (a process of its own)  ->  keeper (a thread)  ->  safe point  ->  reload  ->  report

The *hub* watches files and answers on a socket; it is a process of its own, so that the program's
modules stay the program's. The *keeper* is one thread in the program: it turns what the hub
tells into an ``Edit`` and has it carried out at a *safe point*: in a turn of the event loop that
runs, between the requests that a *guard* knows of, or else under the reload lock.
"""
