"""The real hdmf and pynwb over any backend.

hdmf is imported here and in the ``dropin`` modules of the backends, nowhere else. Importing this
package imports it not yet: the built-in plugin does when an IO is given one of hdmf's managers.
"""
