// Starts Swagger UI and fills in "Authorize" automatically: log in and verify return the tokens that the
// next steps need, and log out revokes them.
window.onload = () => {
  const drop = (scheme) => ui.authActions.logout([scheme]);
  const take = (scheme, token) => ui.preauthorizeApiKey(scheme, token);

  const ui = (window.ui = SwaggerUIBundle({
    url: "../openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayOperationId: true,
    tryItOutEnabled: true,
    requestSnippetsEnabled: true,
    persistAuthorization: false,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl],
    layout: "StandaloneLayout",
    responseInterceptor: (response) => {
      const path = new URL(response.url, window.location.href).pathname;
      if (response.ok && path.endsWith("/v1/users/login")) {
        take("password_ok", response.obj.password_ok_token);
      } else if (response.ok && path.endsWith("/v1/users/verify")) {
        take("access", response.obj.access_token);
        drop("password_ok");
      } else if (response.ok && path.endsWith("/v1/users/logout")) {
        drop("password_ok");
        drop("access");
      }
      return response;
    },
  }));
};
